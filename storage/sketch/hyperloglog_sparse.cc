#include "storage/sketch/hyperloglog_sparse.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "storage/sketch/hyperloglog_registers.h"

namespace countd::storage::hyperloglog {

namespace {

constexpr std::uint32_t kMaxZeroLength = 64;
constexpr std::uint32_t kMaxValueLength = 4;

// The length of a run that takes one byte.
std::uint32_t short_run_length(char byte) {
  const auto run = static_cast<std::uint8_t>(byte);
  return (run & 0x80 ? run & 3u : run) + 1u;
}

constexpr char value_run(std::uint8_t value, std::uint32_t length) {
  return static_cast<char>(0x80u | (value - 1u) << 2 | (length - 1));
}

// The run that covers a register, and its two predecessors.
struct Place {
  std::size_t at = kHeaderBytes;
  std::size_t before = 0;  // where the run before begins; 0: there is none
  std::uint32_t first = 0;
  std::uint32_t before_first = 0;
  SparseCursor resume;  // two runs before
};

// Eight runs of one byte each at a time, as long as the next eight are such and end before the
// register: their lengths are added up inside one word.
void skip_short_runs(std::string_view bytes, std::uint32_t index, Place& place) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  bool skipped = false;
  for (; place.at + 8 <= bytes.size(); skipped = true) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + place.at, 8);
    const std::uint64_t values = word >> 7 & kEach;
    if ((word >> 6 & ~values & kEach) != 0) break;  // a run of two bytes
    const std::uint64_t less_one = word & (kEach * 0x3f ^ values * 0x3c);
    const std::uint64_t pairs =
        (less_one & 0x00ff00ff00ff00ff) + (less_one >> 8 & 0x00ff00ff00ff00ff);
    const auto length = static_cast<std::uint32_t>(pairs * 0x0001000100010001 >> 48) + 8;
    if (index < place.first + length) break;
    place.at += 8;
    place.first += length;
  }
  if (!skipped) return;
  place.before = place.at - 1;
  place.before_first = place.first - short_run_length(bytes[place.at - 1]);
  place.resume = {place.at - 2, place.before_first - short_run_length(bytes[place.at - 2])};
}

// False: the runs end first. The walk is what adding to a sparse sketch costs.
bool find(std::string_view bytes, std::uint32_t index, Place& place) {
  for (;;) {
    skip_short_runs(bytes, index, place);
    for (int looks = 8; looks > 0; --looks) {
      if (place.at >= bytes.size()) return false;
      const Run run = run_at(bytes, place.at);
      if (index < place.first + run.length) return true;
      if (place.before != 0) place.resume = {place.before, place.before_first};
      place.before = place.at;
      place.before_first = place.first;
      place.at += run.bytes;
      place.first += run.length;
    }
  }
}

// What a run becomes when one of its registers gets a value of its own: at most five bytes.
struct Replacement {
  std::array<char, 5> bytes;
  std::size_t size = 0;

  void append_rest(std::uint8_t value, std::uint32_t length) {
    if (length == 0) return;
    if (value != 0) {
      bytes[size++] = value_run(value, length);
    } else if (length <= kMaxZeroLength) {
      bytes[size++] = static_cast<char>(length - 1);
    } else {
      bytes[size++] = static_cast<char>(0x40u | (length - 1) >> 8);
      bytes[size++] = static_cast<char>(length - 1);
    }
  }
};

Replacement split(const Run& run, std::uint32_t position, std::uint8_t value) {
  Replacement parts;
  parts.append_rest(run.value, position);
  parts.bytes[parts.size++] = value_run(value, 1);
  parts.append_rest(run.value, run.length - position - 1);
  return parts;
}

// Puts the parts where the run at `at` was. A run cut off by the end of the bytes claims one more
// than there is; its parts are cut off likewise.
void replace(std::string& bytes, std::size_t at, const Run& run, const Replacement& parts) {
  const std::size_t there = std::min<std::size_t>(run.bytes, bytes.size() - at);
  const std::size_t missing = run.bytes - there;
  bytes.replace(at, there, parts.bytes.data(), parts.size - missing);
}

void join_equal_values(std::string& bytes, std::size_t at) {
  for (int looks = 5; looks > 0 && at < bytes.size(); --looks) {
    const Run run = run_at(bytes, at);
    if (run.value != 0 && at + 1 < bytes.size()) {
      const Run next = run_at(bytes, at + 1);
      if (next.value == run.value && run.length + next.length <= kMaxValueLength) {
        bytes[at + 1] = value_run(run.value, run.length + next.length);
        bytes.erase(at, 1);
        continue;  // the joined run may join the one after it
      }
    }
    at += run.bytes;
  }
}

}  // namespace

std::optional<std::uint8_t> sparse_register(std::string_view bytes, std::uint32_t index) {
  Place place;
  if (!find(bytes, index, place)) return std::nullopt;
  return run_at(bytes, place.at).value;
}

Raise sparse_raise(std::string& bytes, std::uint32_t index, std::uint8_t value,
                   std::size_t max_bytes, SparseCursor& cursor) {
  if (value > kMaxSparseValue) return Raise::kTooLarge;
  Place place{.at = cursor.at, .first = cursor.first, .resume = cursor};
  if (!find(bytes, index, place)) return Raise::kCorrupt;
  cursor = place.resume;
  const Run run = run_at(bytes, place.at);
  if (run.value >= value) return Raise::kUnchanged;
  const Replacement parts = split(run, index - place.first, value);
  if (parts.size > run.bytes && bytes.size() + parts.size - run.bytes > max_bytes) {
    return Raise::kTooLarge;
  }
  replace(bytes, place.at, run, parts);
  join_equal_values(bytes, place.before != 0 ? place.before : place.at);
  invalidate_cardinality(bytes);
  return Raise::kRaised;
}

bool to_dense(std::string& bytes) {
  std::string dense(kDenseBytes, '\0');
  std::copy_n(bytes.data(), kHeaderBytes, dense.data());
  dense[4] = static_cast<char>(Encoding::kDense);
  std::uint8_t* packed = dense_registers(dense);
  const bool valid = for_each_run(bytes, [packed](std::uint32_t first, const Run& run) {
    if (run.value == 0) return;
    for (std::uint32_t i = 0; i < run.length; ++i)
      set_packed_register(packed, first + i, run.value);
  });
  if (valid) bytes = std::move(dense);
  return valid;
}

}  // namespace countd::storage::hyperloglog
