#include "storage/base/value.h"

namespace countd::storage {

std::unique_ptr<Object> StringObject::clone() const {
  return std::make_unique<StringObject>(bytes);
}

std::size_t StringObject::memory_bytes() const { return sizeof(*this) + bytes.capacity(); }

NewValue value_of_text(std::string_view text) {
  if (const auto integer = parse_integer(text)) return *integer;
  return text;
}

std::string_view ValueView::encoding() const {
  if (form_ == Form::kInteger) return "int";
  if (form_ == Form::kText) return "embstr";
  return "raw";
}

}  // namespace countd::storage
