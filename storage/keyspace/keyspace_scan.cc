// SCAN and RANDOMKEY.
//
// A cursor is a place in the order (segment, tag): 40 bits say where in the hash space the segment
// begins, 8 bits which tag comes next. All entries of one tag are visited in one step. A segment
// that is split between two steps is gone on with in its lower half, at the same tag, and the upper
// half is visited whole: some entries twice, none missed.
#include <array>

#include "storage/base/assert.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {
namespace {

constexpr unsigned kTags = 256;
// A step through a table of expired or few entries ends after so many looks for each one wanted.
constexpr std::size_t kLooksPerEntry = 16;
constexpr std::size_t kFreeLooks = 4'096;

struct Cursor {
  explicit Cursor(std::uint64_t packed) : position(packed >> 8 << 24), tag(packed & 0xFF) {}
  [[nodiscard]] std::uint64_t packed() const { return position >> 24 << 8 | tag; }

  std::uint64_t position;
  unsigned tag;
};

// The tag to stop before so that [first, tag) has at least `wanted` entries, or kTags.
unsigned last_tag(Segment& segment, unsigned first, std::size_t wanted) {
  std::array<std::uint16_t, kTags> entries{};
  for (std::uint32_t index = 0; index < segment.buckets; ++index) {
    for (const std::uint8_t tag : segment.bucket(index)->tags) ++entries[tag];
  }
  std::size_t sum = 0;
  for (unsigned tag = std::max(first, 1U); tag < kTags; ++tag) {
    sum += entries[tag];
    if (sum >= wanted) return tag + 1;
  }
  return kTags;
}

}  // namespace

std::uint64_t Keyspace::scan(
    int db, std::uint64_t packed, std::size_t count,
    const std::function<void(std::string_view key, const EntryView&)>& visit) {
  const Database& database = *databases_[db];
  Cursor cursor{packed};
  std::size_t visited = 0;
  std::size_t looked = 0;
  KeyText buffer;
  do {
    Segment& segment = *database.directory().at(cursor.position).segment();
    const unsigned end = last_tag(segment, cursor.tag, count - visited);
    segment.for_each([&](const Place& place) {
      const unsigned tag = place.bucket->tags[place.slot];
      if (tag < cursor.tag || tag >= end || place.record.expired(now_)) return;
      ++visited;
      visit(database.key_of(place.record, buffer),
            {true, place.record.value(), place.record.expiry()});
    });
    looked += segment.records + std::size_t{1};
    cursor.tag = end % kTags;
    if (end == kTags) cursor.position = next_segment_start(cursor.position, segment.depth);
    if (cursor.packed() == 0) return 0;
  } while (visited < count && looked < kFreeLooks + count * kLooksPerEntry);
  return cursor.packed();
}

bool Keyspace::random_key(int db, std::string& key) {
  constexpr int kTries = 64;
  Database& database = *databases_[db];
  if (database.size() == 0) return false;
  KeyText buffer;
  for (int tried = 0; tried < kTries; ++tried) {
    Segment& segment = *database.directory().at(random_.next()).segment();
    if (segment.records == 0) continue;
    for (;;) {  // some slot of the segment: about one in two is used, or shrink would have been
      const Bucket& bucket =
          *segment.bucket(static_cast<std::uint32_t>(random_.below(segment.buckets)));
      const auto slot = static_cast<unsigned>(random_.below(Bucket::kSlots));
      if (bucket.tags[slot] == 0) continue;
      const Record record = segment.record(bucket, slot);
      if (record.expired(now_)) break;
      key = database.key_of(record, buffer);
      return true;
    }
  }
  const Place place =
      database.find_first(random_.next(), [&](Record record) { return !record.expired(now_); });
  if (place) key = database.key_of(place.record, buffer);
  return static_cast<bool>(place);
}

}  // namespace countd::storage
