#include "storage/base/value.h"

#include "storage/base/assert.h"

namespace countd::storage {

std::unique_ptr<Object> StringObject::clone() const {
  return std::make_unique<StringObject>(bytes);
}

std::size_t StringObject::memory_bytes() const { return sizeof(*this) + bytes.capacity(); }

NewValue value_of_text(std::string_view text) {
  if (const auto integer = parse_integer(text)) return *integer;
  return text;
}

Type ValueView::type() const {
  switch (form_) {
    case Form::kNone:
      return Type::kNone;
    case Form::kObject:
      return object_->type();
    default:
      return Type::kString;
  }
}

std::string_view ValueView::text(IntegerText& buffer) const {
  if (form_ == Form::kInteger) return format_integer(integer_, buffer);
  if (form_ == Form::kText) return text_;
  ASSERT(object_ != nullptr && object_->type() == Type::kString);
  return static_cast<const StringObject*>(object_)->bytes;
}

std::string_view ValueView::encoding() const {
  if (form_ == Form::kInteger) return "int";
  if (form_ == Form::kText) return "embstr";
  return "raw";
}

}  // namespace countd::storage
