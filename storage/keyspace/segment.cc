#include "storage/keyspace/segment.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "storage/base/assert.h"

namespace countd::storage {
namespace {

// A hole must hold its link: u16 next, u16 size.
constexpr std::size_t kSmallestHole = 4;

struct Hole {
  std::uint16_t next;
  std::uint16_t size;
};
static_assert(sizeof(Hole) == kSmallestHole);

Hole hole_at(const std::byte* at) {
  Hole hole;
  std::memcpy(&hole, at, sizeof hole);
  return hole;
}

}  // namespace

Segment* Segment::make(SegmentPlan plan) {
  ASSERT(plan.bytes >= kSmallestSegmentBytes && plan.bytes <= kLargestSegmentBytes);
  void* block = std::aligned_alloc(alignof(Segment), plan.bytes);
  ASSERT(block != nullptr);
  const auto heap_start =
      static_cast<std::uint32_t>(kSegmentHeaderBytes + plan.buckets * sizeof(Bucket));
  std::memset(block, 0, heap_start);
  auto* segment = static_cast<Segment*>(block);
  segment->bytes = plan.bytes;
  segment->buckets = static_cast<std::uint16_t>(plan.buckets);
  segment->heap_end = heap_start;
  segment->shrink_below =
      plan.bytes == kSmallestSegmentBytes ? 0 : (plan.bytes - heap_start) * 2 / 5;
  segment->min_expiry = std::numeric_limits<Millis>::max();
  return segment;
}

void Segment::release(Segment* segment) { std::free(segment); }

void Segment::destroy(Segment* segment) {
  if (segment->owners != 0) {
    segment->for_each([](const Place& place) {
      const OwnedHeap owned = place.record.owned_heap();
      owned.free_key();
      owned.free_object();
    });
  }
  release(segment);
}

bool Segment::has_room(std::size_t record_size) {
  return records < buckets * (Bucket::kSlots - 1) && has_space(record_size);
}

bool Segment::has_space(std::size_t size) {
  return heap_end + size <= bytes || (first_hole != 0 && hole_at(at(first_hole)).size == size);
}

std::byte* Segment::take_space(std::size_t size) {
  if (first_hole != 0) {
    const Hole hole = hole_at(at(first_hole));
    if (hole.size == size) {
      std::byte* space = at(first_hole);
      first_hole = hole.next;
      return space;
    }
  }
  ASSERT_HOT(heap_end + size <= bytes);
  std::byte* space = at(heap_end);
  heap_end += static_cast<std::uint32_t>(size);
  return space;
}

void Segment::leave_hole(std::size_t offset, std::size_t size) {
  if (offset + size == heap_end) {
    heap_end = static_cast<std::uint32_t>(offset);
  } else if (size >= kSmallestHole) {
    const Hole hole{first_hole, static_cast<std::uint16_t>(size)};
    std::memcpy(at(offset), &hole, sizeof hole);
    first_hole = static_cast<std::uint16_t>(offset);
  }
}

void Segment::count_in(Record record) {
  live_bytes += static_cast<std::uint32_t>(record.size());
  if (record.owns_heap()) ++owners;
  if (record.has_expiry()) {
    ++expires;
    min_expiry = std::min(min_expiry, record.expiry());
  }
}

void Segment::count_out(Record record) {
  live_bytes -= static_cast<std::uint32_t>(record.size());
  if (record.owns_heap()) --owners;
  if (record.has_expiry() && --expires == 0) min_expiry = std::numeric_limits<Millis>::max();
}

Place Segment::insert(std::uint64_t hash, Record image) {
  std::uint32_t index = bucket_of(hash, buckets);
  while (bucket(index)->empty() == 0) {
    bucket(index)->count_passing();
    if (++index == buckets) index = 0;
  }
  Bucket* line = bucket(index);
  const auto slot = static_cast<unsigned>(std::countr_zero(line->empty()));
  const std::size_t size = image.size();
  const Record record{take_space(size)};
  std::memcpy(record.bytes(), image.bytes(), size);
  line->tags[slot] = tag_of(hash);
  line->offsets[slot] = offset_of(record);
  ++records;
  count_in(image);
  return {this, line, slot, record};
}

void Segment::remove(const Place& place, std::uint64_t hash) {
  for (std::uint32_t index = bucket_of(hash, buckets); bucket(index) != place.bucket;) {
    bucket(index)->forget_passing();
    if (++index == buckets) index = 0;
  }
  count_out(place.record);
  --records;
  place.bucket->tags[place.slot] = 0;
  leave_hole(offset_of(place.record), place.record.size());
}

bool Segment::replace(Place& place, Record image) {
  const std::size_t old_size = place.record.size();
  const std::size_t new_size = image.size();
  if (new_size > old_size && !has_space(new_size)) return false;
  count_out(place.record);
  const std::size_t old_offset = offset_of(place.record);
  if (new_size <= old_size) {
    std::memcpy(place.record.bytes(), image.bytes(), new_size);
    if (new_size < old_size) leave_hole(old_offset + new_size, old_size - new_size);
  } else {
    const Record moved{take_space(new_size)};
    std::memcpy(moved.bytes(), image.bytes(), new_size);
    leave_hole(old_offset, old_size);
    place.bucket->offsets[place.slot] = offset_of(moved);
    place.record = moved;
  }
  count_in(image);
  return true;
}

}  // namespace countd::storage
