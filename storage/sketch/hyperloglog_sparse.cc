#include "storage/sketch/hyperloglog_sparse.h"

#include <algorithm>

#include "storage/sketch/hyperloglog_registers.h"

namespace countd::storage::hyperloglog {

namespace {

constexpr std::uint32_t kMaxZeroLength = 64;
constexpr std::uint32_t kMaxValueLength = 4;

// Registers covered by a run that begins with this byte; 0: a second byte is needed to tell.
constexpr std::array<std::uint8_t, 256> run_lengths() {
  std::array<std::uint8_t, 256> lengths{};
  for (unsigned first = 0; first < 256; ++first) {
    if (first & 0x80) {
      lengths[first] = static_cast<std::uint8_t>((first & 3) + 1);
    } else if ((first & 0x40) == 0) {
      lengths[first] = static_cast<std::uint8_t>(first + 1);
    }
  }
  return lengths;
}
constexpr std::array<std::uint8_t, 256> kRunLengths = run_lengths();

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

// False: the runs end first. The walk is what adding to a sparse sketch costs, so the one-byte
// runs, nearly all there are, are told apart by a table.
bool find(std::string_view bytes, std::uint32_t index, Place& place) {
  while (place.at < bytes.size()) {
    std::uint32_t length = kRunLengths[static_cast<std::uint8_t>(bytes[place.at])];
    std::size_t size = 1;
    if (length == 0) [[unlikely]] {
      length = run_at(bytes, place.at).length;
      size = 2;
    }
    if (index < place.first + length) return true;
    if (place.before != 0) place.resume = {place.before, place.before_first};
    place.before = place.at;
    place.before_first = place.first;
    place.at += size;
    place.first += length;
  }
  return false;
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
