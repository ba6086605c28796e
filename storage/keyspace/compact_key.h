// Keys that end in a decimal number, taken apart: `counter:1234567` is the prefix `counter:`,
// which thousands of keys share, and the number 1234567, which needs four bytes.
//
// The number is the longest suffix that is a canonical decimal (no leading zero, but "0" itself),
// so that prefix + number in decimal is the key again: `item:007` is `item:00` and 7.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// The last eight bytes of a key, the last one highest; of a shorter key all, above zero bits.
/// REQUIRES: key.size() >= 4, a little-endian machine.
inline std::uint64_t last_bytes(std::string_view key) {
  std::uint64_t word = 0;
  if (key.size() >= 8) {
    std::memcpy(&word, key.data() + key.size() - 8, sizeof word);
    return word;
  }
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, key.data(), sizeof first);
  std::memcpy(&last, key.data() + key.size() - 4, sizeof last);
  return std::uint64_t{last} << 32 | std::uint64_t{first} << (8 * (8 - key.size()));
}

/// Whether the key that begins with a prefix of `prefix_size` bytes ends in the canonical decimal
/// of `id`. REQUIRES: prefix_size < key.size().
inline bool ends_in_id(std::string_view key, std::size_t prefix_size, std::uint64_t id) {
  const std::size_t digits = key.size() - prefix_size;
  const char* first = key.data() + prefix_size;
  if (digits > kMaxIdDigits) return false;
  if (*first == '0') return id == 0 && digits == 1;
  if constexpr (std::endian::native == std::endian::little) {
    // The usual case: up to eight digits, all in one word, with what precedes them made zeroes.
    if (digits <= 8 && key.size() >= 4) {
      std::uint64_t word = last_bytes(key);
      if (digits < 8) {
        const std::uint64_t before = ~std::uint64_t{0} >> (8 * digits);
        word = (word & ~before) | (0x3030'3030'3030'3030 & before);
      }
      constexpr std::uint64_t kHigh = 0xF0F0'F0F0'F0F0'F0F0;
      const std::uint64_t above_nine = (word + 0x0606'0606'0606'0606) & kHigh;
      if ((word & kHigh) != 0x3030'3030'3030'3030 || above_nine != 0x3030'3030'3030'3030) {
        return false;
      }
      // Digits to pairs, pairs to fours, fours to the number.
      word = (word & 0x0F0F'0F0F'0F0F'0F0F) * (10 << 8 | 1) >> 8;
      word = (word & 0x00FF'00FF'00FF'00FF) * (100 << 16 | 1) >> 16;
      return (word & 0x0000'FFFF'0000'FFFF) * (std::uint64_t{10'000} << 32 | 1) >> 32 == id;
    }
  }
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < digits; ++index) {
    const auto number = static_cast<unsigned>(static_cast<unsigned char>(first[index] - '0'));
    if (number > 9) return false;
    value = value * 10 + number;
  }
  return value == id;
}

}  // namespace countd::storage
