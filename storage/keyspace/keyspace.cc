#include "storage/keyspace/keyspace.h"

#include "storage/base/assert.h"
#include "storage/keyspace/access_clock.h"
#include "storage/keyspace/database.h"

namespace countd::storage {

Keyspace::Keyspace(const KeyspaceOptions& options)
    : context_(std::make_unique<TableContext>(options.hash_seed)),
      clock_(std::make_unique<AccessClock>()),
      random_(options.random_seed) {
  ASSERT(options.databases > 0);
  for (int db = 0; db < options.databases; ++db) {
    databases_.push_back(std::make_unique<Database>(*context_, db, cut_));
  }
}

Keyspace::~Keyspace() = default;

int Keyspace::databases() const { return static_cast<int>(databases_.size()); }

Key Keyspace::key(std::string_view bytes, int db) const {
  return {bytes, hash_key(bytes, context_->hash_seed), db};
}

bool Keyspace::is_near(int db) const { return databases_[db]->is_near(); }

void Keyspace::prefetch_bucket(const Key& key) const {
  const Database& database = database_of(key);
  database.prefetch_bucket(key.hash);
  // The first write of a snapshot asks the segment for its mark.
  if (snapshot_ != nullptr) [[unlikely]]
    database.prefetch_header(key.hash);
}

void Keyspace::prefetch_record(const Key& key) const { database_of(key).prefetch_record(key.hash); }

void Keyspace::prefetch_object(const Key& key) const {
  const Database& database = database_of(key);
  if (database.is_near()) return;
  if (const Object* object = database.likely_object(key.hash)) prefetch_line(object);
}

const Object* Keyspace::likely_object(const Key& key) const {
  return database_of(key).likely_object(key.hash);
}

void Keyspace::prefetch_room(const Key& key) const { database_of(key).prefetch_room(key.hash); }

inline EntryView Keyspace::view_of(const Place& place) {
  return {true, place.record.value(), place.record.expiry(), place.segment, place.record.bytes()};
}

template <bool kUses>
inline EntryView Keyspace::read_entry(const Key& key) {
  Database& database = database_of(key);
  Place place = database.find_inline(key);
  if (place && place.record.expired(now_)) [[unlikely]]
    place = find_live(database, key);
  if (!place) {
    ++counters_.misses;
    return {};
  }
  ++counters_.hits;
  if constexpr (kUses) clock_->touch(place.record, 1, random_);
  return view_of(place);
}

EntryView Keyspace::read(const Key& key) { return read_entry<true>(key); }

EntryView Keyspace::look(const Key& key) { return read_entry<false>(key); }

void Keyspace::set_effect_listener(EffectListener* listener) {
  effect_listener_ = listener;
  join_listeners();
}

void Keyspace::set_write_watcher(EffectListener* watcher) {
  write_watcher_ = watcher;
  join_listeners();
}

void Keyspace::join_listeners() {
  listener_ = effect_listener_ != nullptr ? effect_listener_ : write_watcher_;
  both_.reset();
  if (effect_listener_ == nullptr || write_watcher_ == nullptr) return;
  both_.emplace(*effect_listener_, *write_watcher_);
  listener_ = &*both_;
}

EntryView Keyspace::peek(const Key& key) const {
  const Place place = database_of(key).find_inline(key);
  if (!place || place.record.expired(now_)) return {};
  return view_of(place);
}

Place Keyspace::find_live(Database& database, const Key& key) {
  Place place = database.find(key);
  if (place && place.record.expired(now_)) [[unlikely]] {
    remove_unasked(database, place, Effect::kExpired);
    database.shrink(key.hash);
    place = database.find(key);
  }
  return place;  // the only return: the place is built where the caller wants it
}

void Keyspace::remove_unasked(Database& database, const Place& place, Effect effect) {
  KeyText buffer;
  removed_key_ = database.key_of(place.record, buffer);
  const Key key = this->key(removed_key_, database.number);
  database.remove(open_for_write(database, place, key.hash), key.hash, place);
  ++(effect == Effect::kExpired ? counters_.expired : counters_.evicted);
  close_write(effect, key, 0);
}

std::uint64_t Keyspace::size(int db) const { return databases_[db]->size(); }

std::uint64_t Keyspace::expires(int db) const { return databases_[db]->expires(); }

std::size_t Keyspace::memory_bytes() const {
  return context_->memory_bytes + context_->prefixes.memory_bytes();
}

std::size_t Keyspace::entry_bytes(const Key& key) const {
  const Place place = database_of(key).find(key);
  if (!place || place.record.expired(now_)) return 0;
  const Segment& segment = *place.segment;
  const std::size_t share = (segment.bytes - segment.live_bytes) / segment.records;
  return place.record.size() + share + place.record.heap_bytes();
}

std::uint64_t Keyspace::growth_steps() const {
  std::uint64_t steps = context_->moved;
  for (const auto& database : databases_) steps += database->directory().copied();
  return steps;
}

void Keyspace::reserve(int db, std::uint64_t keys) { databases_[db]->reserve(keys); }

}  // namespace countd::storage
