// Registers by the thousand: packed six bits each in a dense sketch, a byte each while sketches
// are merged. Each operation over all 16384 exists twice, portable and with AVX2, chosen once by
// what the machine has; both give the same bytes.
//
// Four registers are three bytes: as a little-endian word of 24 bits, register i of the four is
// bits 6i to 6i+5.
#pragma once

#include <array>
#include <cstdint>

#include "storage/sketch/hyperloglog_format.h"

namespace countd::storage::hyperloglog {

/// How many of the 16384 registers hold each value.
using Histogram = std::array<std::uint16_t, 64>;

inline std::uint8_t packed_register(const std::uint8_t* packed, std::uint32_t index) {
  const std::uint8_t* four = packed + std::size_t{index / 4} * 3;
  const std::uint32_t word = four[0] | static_cast<std::uint32_t>(four[1]) << 8 |
                             static_cast<std::uint32_t>(four[2]) << 16;
  return word >> (index % 4 * 6) & 63;
}

inline void set_packed_register(std::uint8_t* packed, std::uint32_t index, std::uint8_t value) {
  std::uint8_t* four = packed + std::size_t{index / 4} * 3;
  const std::uint32_t shift = index % 4 * 6;
  std::uint32_t word = four[0] | static_cast<std::uint32_t>(four[1]) << 8 |
                       static_cast<std::uint32_t>(four[2]) << 16;
  word = (word & ~(63u << shift)) | static_cast<std::uint32_t>(value) << shift;
  four[0] = static_cast<std::uint8_t>(word);
  four[1] = static_cast<std::uint8_t>(word >> 8);
  four[2] = static_cast<std::uint8_t>(word >> 16);
}

struct RegisterOperations {
  /// registers[i] = max(registers[i], packed register i), for all i.
  void (*merge)(std::uint8_t* registers, const std::uint8_t* packed);
  /// Packs all registers; REQUIRES: each below 64.
  void (*pack)(std::uint8_t* packed, const std::uint8_t* registers);
  /// Counts all registers by value; REQUIRES: each below 64.
  void (*count)(const std::uint8_t* registers, Histogram& histogram);
};

/// The fastest that this machine has.
const RegisterOperations& register_operations();
/// What every machine has.
const RegisterOperations& portable_register_operations();

/// Counts the registers of a dense sketch by value.
void count_packed(const std::uint8_t* packed, Histogram& histogram);

}  // namespace countd::storage::hyperloglog
