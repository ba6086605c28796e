#include "storage/keyspace/database.h"

#include <algorithm>

#include "storage/base/assert.h"

namespace countd::storage {
namespace {

// How many entries a segment of a reserved table is meant for: a full one holds some 700 counters.
constexpr std::uint64_t kReservedPerSegment = 600;

constexpr SegmentPlan kSmallestPlan{kSmallestSegmentBytes, 1};

}  // namespace

Database::Database(TableContext& context, int database_number, std::uint32_t cut)
    : number(database_number), context_(context), directory_(Segment::make(kSmallestPlan)) {
  Segment& first = *directory_.at(0).segment();
  first.cut = cut;
  first.swept_tick = context.tick;
  segments_ = 1;
  context_.memory_bytes += first.bytes;
  account_directory();
}

Database::~Database() {
  for_each_segment([&](Segment& segment) {
    if (segment.owners != 0) {
      segment.for_each(
          [&](const Place& place) { context_.memory_bytes -= place.record.heap_bytes(); });
    }
    context_.memory_bytes -= segment.bytes;
    Segment::destroy(&segment);
  });
  context_.memory_bytes -= directory_bytes_ + prefix_uses_.size() * sizeof(std::uint64_t);
  for (std::size_t prefix = 0; prefix < prefix_uses_.size(); ++prefix) {
    if (prefix_uses_[prefix] != 0) context_.prefixes.release(static_cast<std::uint16_t>(prefix));
  }
}

void Database::count_prefix(Record record) {
  if (!record.is_compact()) return;
  const std::uint16_t prefix = record.prefix_number();
  if (prefix >= prefix_uses_.size()) {
    context_.memory_bytes += (prefix + 1 - prefix_uses_.size()) * sizeof(std::uint64_t);
    prefix_uses_.resize(prefix + std::size_t{1});
  }
  if (prefix_uses_[prefix]++ == 0) context_.prefixes.hold(prefix);
}

void Database::discount_prefix(Record record) {
  if (!record.is_compact()) return;
  const std::uint16_t prefix = record.prefix_number();
  ASSERT_HOT(prefix_uses_[prefix] > 0);
  if (--prefix_uses_[prefix] == 0) context_.prefixes.release(prefix);
}

Place Database::find(const Key& key) const { return find_inline(key); }

std::uint64_t Database::hash_of(Record record) const {
  KeyText buffer;
  return hash_key(key_of(record, buffer), context_.hash_seed);
}

Place Database::insert(WritePass, const Key& key, Record image) {
  ASSERT_HOT(hash_key(key.bytes, context_.hash_seed) == key.hash);
  if (directory_.step()) account_directory();
  make_room(key.hash, image.size());
  Segment* segment = directory_.at(key.hash).segment();
  image.set_kept(segment->kept_mark != 0);
  image.set_dirty(context_.born_dirty);
  const Place place = segment->insert(key.hash, image);
  ++size_;
  count_prefix(image);
  if (image.owns_heap()) context_.memory_bytes += image.heap_bytes();
  if (image.has_expiry()) {
    ++expires_;
    expiry_bounds_.note(key.hash, image.expiry());
  }
  if (size_ >= expected_size_) expected_in_segment_ = 0;
  return place;
}

Place Database::replace(WritePass pass, const Key& key, const Place& old, Record image) {
  Place place = old;
  image.set_kept(old.record.kept());
  image.set_dirty(old.record.dirty());
  Object* const before = old.record.object();
  Object* const after = image.object();
  if (before != after) {
    account(pass, before == nullptr ? 0 : before->memory_bytes(),
            after == nullptr ? 0 : after->memory_bytes());
    delete before;
  }
  expires_ += image.has_expiry() ? 1 : 0;
  expires_ -= old.record.has_expiry() ? 1 : 0;
  if (image.has_expiry()) expiry_bounds_.note(key.hash, image.expiry());
  if (place.segment->replace(place, image)) return place;
  place.segment->remove(place, key.hash);
  make_room(key.hash, image.size());
  return directory_.at(key.hash).segment()->insert(key.hash, image);
}

void Database::remove(WritePass, std::uint64_t hash, const Place& place, Ownership ownership) {
  const Record record = place.record;
  if (record.has_expiry()) --expires_;
  --size_;
  discount_prefix(record);
  if (record.owns_heap()) context_.memory_bytes -= record.heap_bytes();
  const OwnedHeap owned = record.owned_heap();
  place.segment->remove(place, hash);
  owned.free_key();
  if (ownership == Ownership::kFreed) owned.free_object();
}

void Database::store_expiry(WritePass pass, std::uint64_t hash, const Place& place, Millis expiry) {
  Record record = place.record;
  record.store_expiry(pass, expiry);
  place.segment->min_expiry = std::min(place.segment->min_expiry, expiry);
  expiry_bounds_.note(hash, expiry);
}

void Database::shrink(std::uint64_t hash) {
  const Segment& segment = *directory_.at(hash).segment();
  if (segment.live_bytes >= segment.shrink_below || expected_in_segment_ != 0) return;
  const SegmentPlan plan = plan_segment(segment.records, segment.live_bytes, kOrdinarySegmentBytes);
  if (plan.bytes != 0 && plan.bytes < segment.bytes) rebuild(hash, plan);
}

void Database::make_room(std::uint64_t hash, std::size_t record_size) {
  for (;;) {
    Segment& segment = *directory_.at(hash).segment();
    if (segment.has_room(record_size)) return;
    const std::size_t records = segment.records + std::size_t{1};
    const std::size_t live = segment.live_bytes + record_size;
    SegmentPlan plan;
    if (records < expected_in_segment_) {
      plan = plan_segment(expected_in_segment_, live * expected_in_segment_ / records,
                          kOrdinarySegmentBytes);
    }
    // What is expected of a reserved table is a guess from one record: only what is there splits.
    if (plan.bytes == 0) plan = plan_segment(records, live, kOrdinarySegmentBytes);
    if (plan.bytes == 0 && segment.depth < Directory::kMaxDepth) {
      split(hash);
      continue;
    }
    if (plan.bytes == 0) plan = plan_segment(records, live, kLargestSegmentBytes);
    ASSERT(plan.bytes != 0);  // thousands of keys whose hashes share 28 bits under a secret seed
    rebuild(hash, plan);
  }
}

void Database::rebuild(std::uint64_t hash, SegmentPlan plan) {
  Segment* old = directory_.at(hash).segment();
  move_records(*old);
  Segment* fresh = make_segment(plan, *old);
  for (const auto& moving : context_.moving) fresh->insert(moving.hash, moving.record);
  directory_.set(hash, fresh->depth, fresh);
  discard(old);
}

void Database::split(std::uint64_t hash) {
  Segment* old = directory_.at(hash).segment();
  if (old->depth == directory_.depth()) {
    directory_.grow();
    account_directory();
  }
  move_records(*old);
  const std::uint64_t half = std::uint64_t{1} << (63 - old->depth);
  std::size_t records[2] = {0, 0};
  std::size_t live[2] = {0, 0};
  for (const auto& moving : context_.moving) {
    const bool upper = (moving.hash & half) != 0;
    ++records[upper];
    live[upper] += moving.record.size();
  }
  Segment* fresh[2];
  for (const int side : {0, 1}) {
    const SegmentPlan plan = plan_segment(records[side], live[side], kLargestSegmentBytes);
    fresh[side] = make_segment(plan, *old);
    fresh[side]->depth = static_cast<std::uint8_t>(old->depth + 1);
  }
  for (const auto& moving : context_.moving) {
    fresh[(moving.hash & half) != 0]->insert(moving.hash, moving.record);
  }
  directory_.set(hash & ~half, fresh[0]->depth, fresh[0]);
  directory_.set(hash | half, fresh[1]->depth, fresh[1]);
  discard(old);
}

void Database::move_records(Segment& from) {
  context_.moving.clear();
  from.for_each([&](const Place& place) {
    context_.moving.push_back({hash_of(place.record), place.record});
  });
  context_.moved += context_.moving.size();
}

Segment* Database::make_segment(SegmentPlan plan, const Segment& like) {
  Segment* segment = Segment::make(plan);
  segment->depth = like.depth;
  segment->kept_mark = like.kept_mark;
  segment->kept_differs = like.kept_differs;
  segment->cut = like.cut;
  segment->swept_tick = like.swept_tick;
  ++segments_;
  context_.memory_bytes += segment->bytes;
  return segment;
}

void Database::discard(Segment* segment) {
  --segments_;
  context_.memory_bytes -= segment->bytes;
  Segment::release(segment);
}

void Database::reserve(std::uint64_t keys) {
  const std::uint64_t total = size_ + keys;
  while (total >> directory_.depth() > kReservedPerSegment &&
         directory_.depth() < Directory::kMaxDepth) {
    directory_.grow();
    account_directory();
  }
  const unsigned depth = directory_.depth();
  expected_in_segment_ = static_cast<std::size_t>(total >> depth) + 1;
  expected_size_ = total;
  if (expected_in_segment_ < kReservedPerSegment / 2) expected_in_segment_ = 0;
  std::uint64_t hash = 0;
  do {
    while (directory_.at(hash).segment()->depth < depth) split(hash);
    hash = next_segment_start(hash, depth);
  } while (hash != 0);
}

void Database::account_directory() {
  context_.memory_bytes -= directory_bytes_;
  directory_bytes_ = directory_.memory_bytes();
  context_.memory_bytes += directory_bytes_;
}

}  // namespace countd::storage
