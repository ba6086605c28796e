// Keys that end in a decimal number, taken apart: `counter:1234567` is the prefix `counter:`,
// which thousands of keys share, and the number 1234567, which needs four bytes.
//
// The number is the longest suffix that is a canonical decimal (no leading zero, but "0" itself),
// so that prefix + number in decimal is the key again: `item:007` is `item:00` and 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace countd::storage {

struct CompactKey {
  std::size_t prefix_size = 0;
  std::uint64_t id = 0;
};

/// The most digits an id has: any such number fits 64 bits.
inline constexpr std::size_t kMaxIdDigits = 19;

/// Nothing if the key does not end in a digit or ends in more than kMaxIdDigits of them.
std::optional<CompactKey> split_key(std::string_view key);

/// Writes `id` in decimal at `out` (room for 20); returns how many digits.
std::size_t write_id(std::uint64_t id, char* out);

/// Whether `digits` is the canonical decimal of `id`. REQUIRES: `digits` is not empty.
inline bool spells_id(std::string_view digits, std::uint64_t id) {
  if (digits.size() > kMaxIdDigits) return false;
  if (digits[0] == '0') return id == 0 && digits.size() == 1;
  std::uint64_t value = 0;
  for (const char digit : digits) {
    const auto number = static_cast<unsigned>(static_cast<unsigned char>(digit) - '0');
    if (number > 9) return false;
    value = value * 10 + number;
  }
  return value == id;
}

}  // namespace countd::storage
