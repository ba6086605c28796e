// A piece of a table: the entries whose hashes share their first `depth` bits, in one block.
//
//   | header, 64 bytes | buckets, 64 bytes each | records ...  | free |
//
// Records are appended; one that is removed leaves a hole, which the next record of the same size
// fills. When neither a hole nor the free end will do, the table rebuilds the segment
// (database.cc): packed, in a larger block, or as two. So a segment itself never grows.
//
// Bits of the hash: the highest choose the segment, 47-32 the tag, 31-0 the bucket. As the tag is
// independent of the split, all entries of one tag stay together in each half: SCAN counts on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/keyspace/bucket.h"
#include "storage/keyspace/record.h"
#include "storage/keyspace/segment_plan.h"

namespace countd::storage {

inline std::uint8_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint8_t>(1 + (((hash >> 32 & 0xFFFF) * 255) >> 16));
}

inline std::uint32_t bucket_of(std::uint64_t hash, std::uint32_t buckets) {
  return static_cast<std::uint32_t>((hash & 0xFFFF'FFFF) * buckets >> 32);
}

struct Segment;

/// Where an entry is, or, without a record, in which segment it would be. Valid until the table is
/// next written.
struct Place {
  Segment* segment = nullptr;
  Bucket* bucket = nullptr;
  unsigned slot = 0;
  Record record;

  explicit operator bool() const { return static_cast<bool>(record); }
};

struct alignas(64) Segment {
  std::uint32_t bytes;         // allocated
  std::uint32_t heap_end;      // where the free end begins
  std::uint32_t live_bytes;    // of records that exist
  std::uint32_t shrink_below;  // live bytes under which a smaller block will do
  std::uint16_t buckets;
  std::uint16_t records;
  std::uint16_t expires;     // records with an expiry
  std::uint16_t owners;      // records that own heap memory
  std::uint16_t first_hole;  // a hole holds u16 next, u16 size; 0 ends the list
  std::uint8_t depth;        // how many high bits of the hash the entries share
  // Of a snapshot: the last cut that came by here; the kept mark's value that says "emitted since
  // that cut"; whether the marks differ among the records.
  std::uint8_t kept_mark;
  bool kept_differs;
  std::uint32_t cut;
  std::uint32_t swept_tick;  // of the access clock
  Millis min_expiry;         // no record expires earlier

  /// An empty segment, everything else zero. The caller owns it: `release` or `destroy`.
  static Segment* make(SegmentPlan plan);
  /// Gives up the block alone: the records have moved.
  static void release(Segment* segment);
  /// Also frees what the records own.
  static void destroy(Segment* segment);

  [[nodiscard]] Bucket* bucket(std::uint32_t index) {
    return reinterpret_cast<Bucket*>(this + 1) + index;
  }
  [[nodiscard]] std::byte* at(std::size_t offset) {
    return reinterpret_cast<std::byte*>(this) + offset;
  }
  [[nodiscard]] Record record(const Bucket& bucket, unsigned slot) {
    return Record{at(bucket.offsets[slot])};
  }
  [[nodiscard]] std::uint16_t offset_of(Record record) {
    return static_cast<std::uint16_t>(record.bytes() - at(0));
  }
  [[nodiscard]] bool has_room(std::size_t record_size);

  /// Copies `image` in. REQUIRES: has_room(image.size()), no entry with this key.
  Place insert(std::uint64_t hash, Record image);
  /// Takes the record out; what it owns is the caller's to free or keep.
  void remove(const Place& place, std::uint64_t hash);
  /// Puts another image of the same entry in its place; false if there is no room for it (then
  /// nothing has changed). What the old value owned is the caller's.
  bool replace(Place& place, Record image);

  template <class Visit>
  void for_each(Visit&& visit) {  // visit(Place)
    for (std::uint32_t index = 0; index < buckets; ++index) {
      Bucket* line = bucket(index);
      for_each_slot(line->used(),
                    [&](unsigned slot) { visit(Place{this, line, slot, record(*line, slot)}); });
    }
  }

 private:
  [[nodiscard]] bool has_space(std::size_t size);
  std::byte* take_space(std::size_t size);
  void leave_hole(std::size_t offset, std::size_t size);
  void count_in(Record record);
  void count_out(Record record);
};
static_assert(sizeof(Segment) == kSegmentHeaderBytes);

}  // namespace countd::storage
