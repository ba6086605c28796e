// From the high bits of a hash to a segment: an array of 2^depth entries.
//
// An entry is the segment's address and, in the 16 bits that an address leaves free, the number of
// its buckets, so that the right bucket can be fetched without a look at the segment's header.
//
// Doubling is spread out: the new array is there at once, but its chunks are filled one by one, as
// they are written or by `step`; until then a look-up goes to the old array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/keyspace/segment.h"

namespace countd::storage {

class Directory {
 public:
  /// So many bits of the hash at most; 2^28 segments hold some 10^11 entries.
  static constexpr unsigned kMaxDepth = 28;

  class Entry {
   public:
    Entry() = default;
    explicit Entry(Segment* segment)
        : word_(reinterpret_cast<std::uint64_t>(segment) |
                static_cast<std::uint64_t>(segment->buckets) << 48) {}
    [[nodiscard]] Segment* segment() const {
      return reinterpret_cast<Segment*>(word_ & 0xFFFF'FFFF'FFFF);
    }
    [[nodiscard]] std::uint32_t buckets() const { return static_cast<std::uint32_t>(word_ >> 48); }

   private:
    std::uint64_t word_;  // not set by default: a large array is not to be written twice
  };

  /// All entries lead to `segment`.
  explicit Directory(Segment* segment);

  [[nodiscard]] Entry at(std::uint64_t hash) const {
    const std::size_t index = hash >> shift_;
    if (old_ != nullptr) [[unlikely]]
      return at_while_growing(index);
    return entries_[index];
  }
  [[nodiscard]] unsigned depth() const { return 64 - shift_; }
  /// Leads the hashes that begin with the first `depth` bits of `hash` to `segment`.
  /// REQUIRES: depth <= this->depth().
  void set(std::uint64_t hash, unsigned depth, Segment* segment);
  /// REQUIRES: depth() < kMaxDepth.
  void grow();
  /// Goes on with a doubling that is under way: bounded work, called with every insertion.
  /// True if that is over now.
  bool step() {
    if (old_ == nullptr) [[likely]]
      return false;
    fill_next();
    return old_ == nullptr;
  }
  [[nodiscard]] std::size_t memory_bytes() const;
  /// Entries that doublings have copied so far.
  [[nodiscard]] std::uint64_t copied() const { return copied_; }

 private:
  static constexpr std::size_t kChunk = 512;

  [[nodiscard]] Entry at_while_growing(std::size_t index) const;
  void fill(std::size_t chunk);
  void fill_next();
  void finish();

  unsigned shift_ = 63;
  std::unique_ptr<Entry[]> entries_;
  // While a doubling is under way: the array before, and which chunks of the new one are filled.
  std::unique_ptr<Entry[]> old_;
  std::vector<bool> filled_;
  std::size_t next_chunk_ = 0;
  std::uint64_t copied_ = 0;
};

}  // namespace countd::storage
