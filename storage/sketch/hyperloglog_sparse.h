// The sparse form of a HyperLogLog, edited in place.
//
// A sketch's bytes depend on the order of its elements, through how runs are split and joined, and
// GET shows them: so both are Redis's, run for run. A run that is split is replaced by at most
// three; then up to five runs from the one before it on are looked at, and neighbouring VALs of
// equal value are joined as long as they cover no more than four registers.
//
// The bytes may come from anyone. A run that ends behind the last byte reads it as 0, and runs
// that do not cover exactly 16384 registers are corrupt wherever all of them matter.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/sketch/hyperloglog_format.h"

namespace countd::storage::hyperloglog {

/// The highest value that a sparse register can hold.
inline constexpr std::uint8_t kMaxSparseValue = 32;

/// One run of equal registers.
struct Run {
  std::uint32_t length = 0;
  std::uint8_t value = 0;
  std::uint8_t bytes = 1;  // it takes in the sketch
};

/// The run at `at`. REQUIRES: at < bytes.size().
inline Run run_at(std::string_view bytes, std::size_t at) {
  const auto first = static_cast<std::uint8_t>(bytes[at]);
  if (first & 0x80) {
    return {(first & 3u) + 1, static_cast<std::uint8_t>((first >> 2 & 31) + 1), 1};
  }
  if ((first & 0x40) == 0) return {first + 1u, 0, 1};
  const auto second = at + 1 < bytes.size() ? static_cast<std::uint8_t>(bytes[at + 1]) : 0u;
  return {((first & 0x3fu) << 8 | second) + 1, 0, 2};
}

/// Calls visit(first register, run) for each run; false, perhaps midway, unless the runs cover
/// exactly all registers.
template <class Visit>
bool for_each_run(std::string_view bytes, Visit&& visit) {
  std::uint32_t covered = 0;
  for (std::size_t at = kHeaderBytes; at < bytes.size();) {
    const Run run = run_at(bytes, at);
    if (covered + run.length > kRegisters) return false;
    visit(covered, run);
    covered += run.length;
    at += run.bytes;
  }
  return covered == kRegisters;
}

/// The value of a register, or nothing if no run covers it.
std::optional<std::uint8_t> sparse_register(std::string_view bytes, std::uint32_t index);

/// Where in the runs a walk may begin: raising registers in ascending order with one cursor reads
/// the runs once. Valid for one sketch, as long as nothing else edits it.
struct SparseCursor {
  std::size_t at = kHeaderBytes;
  std::uint32_t first = 0;  // the first register of the run there
};

enum class Raise : std::uint8_t {
  kUnchanged,
  kRaised,
  kTooLarge,  // the sparse form cannot hold it: to_dense, then raise there; nothing was changed
  kCorrupt,
};

/// Raises a register to `value` if it is lower. kTooLarge: the value is above 32 (said before
/// anything else is looked at) or the sketch would grow beyond `max_bytes`.
Raise sparse_raise(std::string& bytes, std::uint32_t index, std::uint8_t value,
                   std::size_t max_bytes, SparseCursor& cursor);

/// Turns a sparse sketch into the dense form; the header stays but for the encoding. False, and
/// nothing changed: the runs are corrupt.
bool to_dense(std::string& bytes);

}  // namespace countd::storage::hyperloglog
