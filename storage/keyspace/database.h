// One database of a keyspace: an extendible hash table of segments.
//
// Here entries are found, put, replaced and removed, and segments grow, split and shrink. What a
// change means to clients, snapshot and journal is the keyspace's business: the changing functions
// ask for its WritePass. Moving an entry changes nothing about it, so growth needs none.
//
// A segment that is full is rebuilt: packed in place of itself if holes are what fills it, in the
// next larger block otherwise, or as two segments once it would pass kOrdinarySegmentBytes. As all
// sizes between half and whole are in use, memory follows the number of entries without steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/base/key.h"
#include "storage/base/prefetch.h"
#include "storage/keyspace/directory.h"
#include "storage/keyspace/expiry_bounds.h"
#include "storage/keyspace/log_notes.h"
#include "storage/keyspace/prefix_table.h"
#include "storage/keyspace/segment.h"

namespace countd::storage {

/// What the databases of a keyspace have in common.
struct TableContext {
  explicit TableContext(std::uint64_t seed) : hash_seed(seed), prefixes(seed) {}

  struct Moving {
    std::uint64_t hash;
    Record record;
  };

  std::uint64_t hash_seed;
  PrefixTable prefixes;
  std::size_t memory_bytes = 0;  // of segments, directories and what records own
  std::uint32_t tick = 0;        // of the access clock
  unsigned born_dirty = 0;       // the log's mark of a new entry
  std::vector<Moving> moving;    // scratch of a rebuild
  std::uint64_t moved = 0;       // records that rebuilds have moved
};

class Database {
 public:
  /// `number`: as clients know it; `cut`: the running or last snapshot's.
  Database(TableContext& context, int number, std::uint32_t cut);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // -- looking ----------------------------------------------------------------------------------
  /// So small a table stays in the processor's second cache while it is in use: to fetch it ahead
  /// costs more than it saves.
  [[nodiscard]] bool is_near() const { return directory_.depth() <= kNearDepth; }
  static constexpr unsigned kNearDepth = 3;  // 8 segments, some 100 KB
  /// So large a table is beyond that cache.
  [[nodiscard]] bool is_large() const { return directory_.depth() >= kLargeDepth; }
  static constexpr unsigned kLargeDepth = 7;  // 128 segments, some 2 MB
  [[nodiscard]] Place find(const Key& key) const;
  /// The same without a call, for the requests that come by the million.
  [[nodiscard, gnu::always_inline]] Place find_inline(const Key& key) const;
  void prefetch_bucket(std::uint64_t hash) const;
  void prefetch_header(std::uint64_t hash) const;
  void prefetch_record(std::uint64_t hash) const;
  void prefetch_room(std::uint64_t hash) const;
  [[nodiscard]] Object* likely_object(std::uint64_t hash) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t expires() const { return expires_; }
  [[nodiscard]] const Directory& directory() const { return directory_; }
  [[nodiscard]] std::uint64_t segments() const { return segments_; }
  [[nodiscard]] ExpiryBounds& expiry_bounds() { return expiry_bounds_; }
  [[nodiscard]] const ExpiryBounds& expiry_bounds() const { return expiry_bounds_; }
  [[nodiscard]] std::string_view key_of(Record record, KeyText& buffer) const {
    return record.key(context_.prefixes, buffer);
  }
  [[nodiscard]] std::uint64_t hash_of(Record record) const;
  /// Calls `visit(Segment&)` for every segment, in hash order.
  template <class Visit>
  void for_each_segment(Visit&& visit) const;

  /// The first entry that `wanted(record)` accepts, in hash order from `hash` round to it again.
  template <class Wanted>
  Place find_first(std::uint64_t hash, Wanted&& wanted) const;

  // -- changing ---------------------------------------------------------------------------------
  /// Copies a record made for `key` in and owns what it owns. REQUIRES: no entry with this key.
  Place insert(WritePass pass, const Key& key, Record image);
  /// Puts another image of the same entry in its place; frees the old object if there is another.
  Place replace(WritePass pass, const Key& key, const Place& place, Record image);
  /// Takes the entry out; its object is freed or the caller's from now on.
  enum class Ownership : std::uint8_t { kFreed, kCallers };
  void remove(WritePass pass, std::uint64_t hash, const Place& place,
              Ownership ownership = Ownership::kFreed);
  /// Sets the expiry of an entry that has one, in place.
  void store_expiry(WritePass pass, std::uint64_t hash, const Place& place, Millis expiry);
  /// Gives back memory that a segment no longer needs; call it when no Place is in use.
  void shrink(std::uint64_t hash);
  /// Makes the table large enough for `keys` more entries: the segments are there at once and
  /// get, at their first entry, the size that they will need.
  void reserve(std::uint64_t keys);

  /// What objects hold is accounted with the entries.
  void account(WritePass, std::size_t before, std::size_t after) {
    context_.memory_bytes += after - before;
  }

  // -- of the snapshot (keyspace_snapshot.cc) ---------------------------------------------------
  struct SnapshotState {
    int number = 0;              // the database's number at the cut
    std::uint64_t position = 0;  // hashes below it have been emitted
    bool pending = false;        // there is something left to emit
  };
  SnapshotState snapshot;

  // -- of the log (keyspace_log.cc) -------------------------------------------------------------
  /// An entry that was noted and removed meanwhile is not found any more.
  struct LogState {
    LogNotes dirty;   // since the last cut
    LogNotes sealed;  // by the last cut, and not emitted yet
    int number = 0;   // the database's number at the cut
  };
  LogState log;
  /// Calls `visit(Record)` for the records that may have this hash: those of its tag.
  template <class Visit>
  void for_each_alike(std::uint64_t hash, Visit&& visit) const;

  int number;

 private:
  void make_room(std::uint64_t hash, std::size_t record_size);
  void rebuild(std::uint64_t hash, SegmentPlan plan);
  void split(std::uint64_t hash);
  Segment* make_segment(SegmentPlan plan, const Segment& like);
  void discard(Segment* segment);
  void move_records(Segment& from);
  void account_directory();
  void count_prefix(Record record);
  void discount_prefix(Record record);

  TableContext& context_;
  Directory directory_;
  ExpiryBounds expiry_bounds_;
  std::uint64_t size_ = 0;
  std::uint64_t expires_ = 0;
  std::uint64_t segments_ = 0;
  std::size_t directory_bytes_ = 0;
  // How many entries have each prefix, by its number: the database holds those that any has. An
  // emptied database need not look at its entries to give them back.
  std::vector<std::uint64_t> prefix_uses_;
  // While a reserved table fills: how many entries each segment will have, and until which size.
  std::size_t expected_in_segment_ = 0;
  std::uint64_t expected_size_ = 0;
};

inline Place Database::find_inline(const Key& key) const {
  const Directory::Entry entry = directory_.at(key.hash);
  Segment* segment = entry.segment();
  const std::uint32_t buckets = entry.buckets();
  const std::uint8_t tag = tag_of(key.hash);
  std::uint32_t index = bucket_of(key.hash, buckets);
  for (std::uint32_t looked = 0; looked < buckets; ++looked) {
    Bucket* bucket = segment->bucket(index);
    for (std::uint32_t mask = bucket->match(tag); mask != 0; mask &= mask - 1) {
      const auto slot = static_cast<unsigned>(std::countr_zero(mask));
      const Record record = segment->record(*bucket, slot);
      if (record.has_key(key.bytes, context_.prefixes)) return {segment, bucket, slot, record};
    }
    if (bucket->passed == 0) break;
    if (++index == buckets) index = 0;
  }
  return {segment, nullptr, 0, Record{}};
}

template <class Visit>
void Database::for_each_alike(std::uint64_t hash, Visit&& visit) const {
  const Directory::Entry entry = directory_.at(hash);
  Segment* segment = entry.segment();
  const std::uint32_t buckets = entry.buckets();
  std::uint32_t index = bucket_of(hash, buckets);
  for (std::uint32_t looked = 0; looked < buckets; ++looked) {
    const Bucket* bucket = segment->bucket(index);
    for_each_slot(bucket->match(tag_of(hash)),
                  [&](unsigned slot) { visit(segment->record(*bucket, slot)); });
    if (bucket->passed == 0) break;
    if (++index == buckets) index = 0;
  }
}

inline void Database::prefetch_bucket(std::uint64_t hash) const {
  if (is_near()) return;
  const Directory::Entry entry = directory_.at(hash);
  prefetch_line(entry.segment()->bucket(bucket_of(hash, entry.buckets())));
}

inline void Database::prefetch_header(std::uint64_t hash) const {
  prefetch_line(directory_.at(hash).segment());
}

inline void Database::prefetch_record(std::uint64_t hash) const {
  if (is_near()) return;
  const Directory::Entry entry = directory_.at(hash);
  Segment* segment = entry.segment();
  const Bucket* bucket = segment->bucket(bucket_of(hash, entry.buckets()));
  const std::uint32_t mask = bucket->match(tag_of(hash));
  // No match: the entry will be a new one, and an insertion begins with the segment's header.
  prefetch_line(mask == 0 ? static_cast<const void*>(segment)
                          : segment->at(bucket->offsets[std::countr_zero(mask)]));
}

inline Object* Database::likely_object(std::uint64_t hash) const {
  const Directory::Entry entry = directory_.at(hash);
  Segment* segment = entry.segment();
  const Bucket* bucket = segment->bucket(bucket_of(hash, entry.buckets()));
  const std::uint32_t mask = bucket->match(tag_of(hash));
  if (mask == 0) return nullptr;
  return Record{segment->at(bucket->offsets[std::countr_zero(mask)])}.object();
}

inline void Database::prefetch_room(std::uint64_t hash) const {
  Segment* segment = directory_.at(hash).segment();
  prefetch_line(segment->at(segment->heap_end));
}

/// Where the segment after the one that holds `hash` begins; 0 after the last.
inline std::uint64_t next_segment_start(std::uint64_t hash, unsigned depth) {
  if (depth == 0) return 0;
  const std::uint64_t span = std::uint64_t{1} << (64 - depth);
  return (hash & ~(span - 1)) + span;
}

template <class Visit>
void Database::for_each_segment(Visit&& visit) const {
  std::uint64_t hash = 0;
  do {
    Segment* segment = directory_.at(hash).segment();
    hash = next_segment_start(hash, segment->depth);
    visit(*segment);
  } while (hash != 0);
}

template <class Wanted>
Place Database::find_first(std::uint64_t hash, Wanted&& wanted) const {
  Place found;
  for (std::uint64_t looked = 0; looked <= segments_ && !found; ++looked) {
    Segment& segment = *directory_.at(hash).segment();
    segment.for_each([&](const Place& place) {
      if (!found && wanted(place.record)) found = place;
    });
    hash = next_segment_start(hash, segment.depth);
  }
  return found;
}

}  // namespace countd::storage
