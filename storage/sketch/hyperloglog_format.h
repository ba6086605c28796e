// The bytes of a HyperLogLog, as Redis keeps them in a string.
//
//   "HYLL"  encoding:u8  0 0 0  cardinality:u64le  registers
//
// The cardinality is the last estimate; its highest bit says that it is out of date. Encoding 0 is
// dense: 16384 registers of 6 bits, the lowest bits first, 12288 bytes. Encoding 1 is sparse: runs
// of equal registers, one after another, which together cover all 16384:
//
//   ZERO   00llllll            1 to 64 registers of 0           (length - 1)
//   XZERO  01llllll llllllll   1 to 16384 registers of 0        (length - 1, high bits first)
//   VAL    1vvvvvll            1 to 4 registers of 1 to 32      (value - 1, length - 1)
//
// Worked example: the new, empty sketch is HYLL 01 000000 00…00 7F FF, one XZERO of 16384. Raising
// register 3 to 2 makes it 02 84 7F FB: ZERO of 3, VAL of one 2, XZERO of 16380.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace countd::storage::hyperloglog {

inline constexpr std::uint32_t kRegisters = 16384;
inline constexpr int kIndexBits = 14;  // of the hash; the other 50 make the rank
inline constexpr int kRankBits = 64 - kIndexBits;
inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::size_t kDenseRegisterBytes = kRegisters * 6 / 8;
inline constexpr std::size_t kDenseBytes = kHeaderBytes + kDenseRegisterBytes;

enum class Encoding : std::uint8_t { kDense = 0, kSparse = 1 };

inline Encoding encoding(std::string_view bytes) { return static_cast<Encoding>(bytes[4]); }

/// Of the header's cardinality: it is out of date.
inline constexpr std::uint64_t kOutOfDate = std::uint64_t{1} << 63;

/// The header's cardinality, that bit included.
inline std::uint64_t cardinality_word(std::string_view bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes.data() + 8, sizeof(word));
  return word;
}

/// The estimate kept in the header, or nothing if it is out of date.
inline std::optional<std::uint64_t> cached_cardinality(std::string_view bytes) {
  const std::uint64_t word = cardinality_word(bytes);
  if (word & kOutOfDate) return std::nullopt;
  return word;
}

inline void set_cached_cardinality(std::string& bytes, std::uint64_t cardinality) {
  std::memcpy(bytes.data() + 8, &cardinality, sizeof(cardinality));
}

/// Marks the kept estimate as out of date; its other bits stay, as Redis leaves them.
inline void invalidate_cardinality(std::string& bytes) {
  bytes[15] = static_cast<char>(bytes[15] | '\x80');
}

/// The packed registers of a dense sketch.
inline const std::uint8_t* dense_registers(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data()) + kHeaderBytes;
}
inline std::uint8_t* dense_registers(std::string& bytes) {
  return reinterpret_cast<std::uint8_t*>(bytes.data()) + kHeaderBytes;
}

}  // namespace countd::storage::hyperloglog
