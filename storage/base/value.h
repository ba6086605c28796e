// What an entry holds. Three forms: a 64-bit integer (a counter), a short text, both inside the
// entry's record, or an Object on the heap (long strings, HyperLogLogs, sketches).
//
// OBJECT ENCODING follows from the form: integer "int", short text (<= 44 bytes) "embstr",
// a StringObject "raw".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "storage/base/assert.h"
#include "storage/base/integer.h"

namespace countd::storage {

/// What TYPE answers; kNone is a missing key.
enum class Type : std::uint8_t { kNone, kString, kCountMin };

/// The longest text kept inside a record; Redis's embstr limit.
inline constexpr std::size_t kMaxShortText = 44;

/// A value that lives on the heap and is owned by exactly one entry.
class Object {
 public:
  virtual ~Object() = default;
  [[nodiscard]] virtual Type type() const = 0;
  /// A deep copy, for COPY and for copies of old states.
  [[nodiscard]] virtual std::unique_ptr<Object> clone() const = 0;
  /// Heap bytes held, this object's own size included.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
};

/// What is cached beside a string's bytes (what is known of a dense HyperLogLog's registers).
/// Dropped whenever the bytes change through any other door than the cache's own.
class StringCache {
 public:
  virtual ~StringCache() = default;
};

/// A string longer than kMaxShortText, or one that was edited in place.
class StringObject final : public Object {
 public:
  explicit StringObject(std::string text) : bytes(std::move(text)) {}
  [[nodiscard]] Type type() const override { return Type::kString; }
  [[nodiscard]] std::unique_ptr<Object> clone() const override;
  [[nodiscard]] std::size_t memory_bytes() const override;

  std::unique_ptr<StringCache> cache;  // before the bytes: beside the type, in the same line
  std::string bytes;
};

/// A value on its way into an entry.
using NewValue = std::variant<std::int64_t, std::string_view, std::unique_ptr<Object>>;

/// Classifies text as Redis's SET does: a canonical integer becomes a counter, anything else
/// stays text (and is kept inside the record or as a StringObject, by its length).
NewValue value_of_text(std::string_view text);

/// Borrowed look at a value; valid until the entry is next written.
class ValueView {
 public:
  ValueView() : integer_(0) {}
  explicit ValueView(std::int64_t integer) : form_(Form::kInteger), integer_(integer) {}
  explicit ValueView(std::string_view text)
      : form_(Form::kText),
        text_bytes_(static_cast<std::uint32_t>(text.size())),
        text_(text.data()) {
    ASSERT_HOT(text.size() == text_bytes_);
  }
  explicit ValueView(const Object* object) : form_(Form::kObject), object_(object) {}

  [[nodiscard]] Type type() const {
    if (form_ == Form::kObject) return object_->type();
    return form_ == Form::kNone ? Type::kNone : Type::kString;
  }
  [[nodiscard]] bool is_integer() const { return form_ == Form::kInteger; }
  [[nodiscard]] bool is_short_text() const { return form_ == Form::kText; }
  /// REQUIRES: is_integer().
  [[nodiscard]] std::int64_t integer() const { return integer_; }
  /// Null unless the value is an Object.
  [[nodiscard]] const Object* object() const { return form_ == Form::kObject ? object_ : nullptr; }
  /// The bytes of a string value; an integer is spelled into `buffer`. REQUIRES: a string.
  [[nodiscard]] std::string_view text(IntegerText& buffer) const {
    if (form_ == Form::kInteger) return format_integer(integer_, buffer);
    if (form_ == Form::kText) return {text_, text_bytes_};
    ASSERT(form_ == Form::kObject && object_->type() == Type::kString);
    return static_cast<const StringObject*>(object_)->bytes;
  }
  /// "int", "embstr", "raw".
  [[nodiscard]] std::string_view encoding() const;

 private:
  enum class Form : std::uint8_t { kNone, kInteger, kText, kObject };
  // Sixteen bytes in all: a view is returned in registers.
  Form form_ = Form::kNone;
  std::uint32_t text_bytes_ = 0;
  union {
    std::int64_t integer_;
    const char* text_;
    const Object* object_;
  };
};

}  // namespace countd::storage
