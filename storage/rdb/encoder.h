// Spells lengths, integers and strings as RDB does, into memory that grows.
//
// The put_ functions write through a bare pointer and return the next free byte: the caller made
// room before, once an entry. A length takes at most 9 bytes, an integer at most 21.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#include "storage/base/integer.h"
#include "storage/base/time.h"
#include "storage/rdb/format.h"

namespace countd::storage::rdb {

inline constexpr std::size_t kMaxLengthBytes = 9;
inline constexpr std::size_t kMaxIntegerBytes = 21;
inline constexpr std::size_t kExpiryBytes = 9;

template <class Number>
char* put_little_endian(char* out, Number number) {
  std::memcpy(out, &number, sizeof number);
  return out + sizeof number;
}

char* put_long_length(char* out, std::uint64_t length);

inline char* put_length(char* out, std::uint64_t length) {
  if (length >= 64) return put_long_length(out, length);
  *out = static_cast<char>(length);
  return out + 1;
}

/// As a string of its length and its bytes.
inline char* put_plain_string(char* out, std::string_view text) {
  out = put_length(out, text.size());
  if (!text.empty()) std::memcpy(out, text.data(), text.size());  // its data may be null
  return out + text.size();
}

inline char* put_byte(char* out, std::uint8_t byte) {
  *out = static_cast<char>(byte);
  return out + 1;
}

/// A string value that spells `integer`: 2, 3 or 5 bytes, or its decimal text beyond 32 bits.
inline char* put_integer(char* out, std::int64_t integer) {
  if (integer == static_cast<std::int8_t>(integer)) {
    return put_little_endian(put_byte(out, kInt8), static_cast<std::int8_t>(integer));
  }
  if (integer == static_cast<std::int16_t>(integer)) {
    return put_little_endian(put_byte(out, kInt16), static_cast<std::int16_t>(integer));
  }
  if (integer == static_cast<std::int32_t>(integer)) {
    return put_little_endian(put_byte(out, kInt32), static_cast<std::int32_t>(integer));
  }
  IntegerText buffer;
  return put_plain_string(out, format_integer(integer, buffer));
}

inline char* put_expiry(char* out, Millis expiry) {
  return put_little_endian(put_byte(out, static_cast<std::uint8_t>(Opcode::kExpiryMs)), expiry);
}

/// Bytes that grow at the end, without the zeroes of a std::string that is resized.
class Encoder {
 public:
  Encoder() = default;
  explicit Encoder(std::size_t capacity);

  /// The next free byte, with room for at least `size` after it; valid until the next call.
  char* room(std::size_t size) {
    if (capacity_ - size_ < size) [[unlikely]]
      grow(size);
    return bytes_.get() + size_;
  }
  /// Keeps what was written behind `room` up to `end`.
  void keep(const char* end) { size_ = static_cast<std::size_t>(end - bytes_.get()); }

  void byte(std::uint8_t value) { keep(put_byte(room(1), value)); }
  void length(std::uint64_t value) { keep(put_length(room(kMaxLengthBytes), value)); }
  void integer(std::int64_t value) { keep(put_integer(room(kMaxIntegerBytes), value)); }
  void plain_string(std::string_view text) {
    keep(put_plain_string(room(kMaxLengthBytes + text.size()), text));
  }
  /// In Redis's choice of form: an integer if it spells one of 32 bits, LZF if `compress` and
  /// worth it, else plain.
  void string(std::string_view text, bool compress);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.get(), size_}; }
  /// Hands the memory over and starts empty.
  std::unique_ptr<char[]> release();

 private:
  void grow(std::size_t size);
  bool compressed_string(std::string_view text);

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace countd::storage::rdb
