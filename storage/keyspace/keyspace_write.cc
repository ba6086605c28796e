// The writing half of the keyspace: each function finds its entry, passes the write gate, changes
// the entry and closes the gate again.
#include "storage/base/assert.h"
#include "storage/keyspace/access_clock.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {

Result<std::int64_t> Keyspace::add(const Key& key, std::int64_t delta) {
  Database& database = database_of(key);
  Place place = database.find_inline(key);
  if (!place || !place.record.is_integer() || place.record.expired(now_)) [[unlikely]] {
    return add_slowly(key, delta, delta, delta, 1);
  }
  std::int64_t sum = 0;
  if (__builtin_add_overflow(place.record.integer(), delta, &sum)) return Errc::kOverflow;
  place.record.store_integer(open_for_write(database, place, key.hash), sum);
  clock_->touch(place.record, 1, random_);
  close_write(Effect::kWritten, key);
  return sum;
}

Result<std::int64_t> Keyspace::add_folded(const Key& key, std::int64_t sum, std::int64_t min_prefix,
                                          std::int64_t max_prefix, std::uint64_t count) {
  Database& database = database_of(key);
  Place place = database.find(key);
  if (!place || !place.record.is_integer() || place.record.expired(now_)) [[unlikely]] {
    return add_slowly(key, sum, min_prefix, max_prefix, count);
  }
  const std::int64_t base = place.record.integer();
  std::int64_t bound = 0;
  if (__builtin_add_overflow(base, min_prefix, &bound) ||
      __builtin_add_overflow(base, max_prefix, &bound)) {
    return Errc::kOverflow;
  }
  place.record.store_integer(open_for_write(database, place, key.hash), base + sum);
  clock_->touch(place.record, count, random_);
  close_write(Effect::kWritten, key, count);
  return base + sum;
}

Result<std::int64_t> Keyspace::add_slowly(const Key& key, std::int64_t sum, std::int64_t min_prefix,
                                          std::int64_t max_prefix, std::uint64_t count) {
  Database& database = database_of(key);
  const Place place = find_live(database, key);
  std::int64_t base = 0;
  if (place) {
    const ValueView value = place.record.value();
    if (value.type() != Type::kString) return Errc::kWrongType;
    IntegerText buffer;
    const auto parsed = parse_integer(value.text(buffer));
    if (!parsed) return Errc::kNotInteger;
    base = *parsed;
  }
  std::int64_t bound = 0;
  if (__builtin_add_overflow(base, min_prefix, &bound) ||
      __builtin_add_overflow(base, max_prefix, &bound)) {
    return Errc::kOverflow;
  }
  const Millis expiry = place ? place.record.expiry() : kNoExpiry;
  write(database, place, key, StoredValue{base + sum}, expiry);
  counters_.changes += count - 1;
  return base + sum;
}

void Keyspace::set(const Key& key, NewValue value, Millis expiry) {
  Database& database = database_of(key);
  const Place place = find_live(database, key);
  if (expiry == kKeepExpiry) expiry = place ? place.record.expiry() : kNoExpiry;
  write(database, place, key, StoredValue{std::move(value)}, expiry);
}

void Keyspace::write(Database& database, const Place& place, const Key& key,
                     const StoredValue& value, Millis expiry) {
  const WritePass pass = open_for_write(database, place, key.hash);
  Record record = place.record;
  if (!place) {
    Draft draft{key.bytes, context_->prefixes};
    Record image = draft.finish(expiry, value);
    image.set_access(clock_->of_new_entry());
    database.insert(pass, key, image);
  } else if (record.is_integer() && value.form == ValueForm::kInteger &&
             record.expiry_size() == expiry_bytes(expiry)) {
    record.store_integer(pass, value.integer);
    if (record.has_expiry()) database.store_expiry(pass, key.hash, place, expiry);
    clock_->touch(record, 1, random_);
  } else {
    Draft draft{record};
    record = database.replace(pass, key, place, draft.finish(expiry, value)).record;
    clock_->touch(record, 1, random_);
  }
  close_write(Effect::kWritten, key);
}

bool Keyspace::erase(const Key& key) {
  Database& database = database_of(key);
  const Place place = find_live(database, key);
  if (!place) return false;
  database.remove(open_for_write(database, place, key.hash), key.hash, place);
  database.shrink(key.hash);
  close_write(Effect::kErased, key);
  return true;
}

bool Keyspace::set_expiry(const Key& key, Millis expiry) {
  Database& database = database_of(key);
  const Place place = find_live(database, key);
  if (!place) return false;
  if (expiry == kKeepExpiry || expiry == place.record.expiry()) return true;
  const WritePass pass = open_for_write(database, place, key.hash);
  if (place.record.expiry_size() == expiry_bytes(expiry)) {  // both have one, or it is the same
    database.store_expiry(pass, key.hash, place, expiry);
  } else {
    Draft draft{place.record};
    database.replace(pass, key, place, draft.finish(expiry, place.record));
  }
  close_write(Effect::kExpiry, key);
  return true;
}

void Keyspace::edit_string(const Key& key, const std::function<void(std::string&)>& edit) {
  Database& database = database_of(key);
  const Place place = find_live(database, key);
  ASSERT(!place || place.record.value().type() == Type::kString);
  if (place && place.record.object() != nullptr) {
    edit_in_place(database, place, open_for_write(database, place, key.hash), [&](Object& object) {
      auto& string = static_cast<StringObject&>(object);
      string.cache.reset();
      edit(string.bytes);
    });
    return close_write(Effect::kWritten, key);
  }
  auto object = std::make_unique<StringObject>(std::string{});
  IntegerText buffer;
  if (place) object->bytes = place.record.value().text(buffer);
  edit(object->bytes);
  const Millis expiry = place ? place.record.expiry() : kNoExpiry;
  write(database, place, key, StoredValue{NewValue{std::move(object)}}, expiry);
}

void Keyspace::edit_object(const Key& key, const EntryView& entry,
                           const std::function<void(Object&)>& edit) {
  Database& database = database_of(key);
  const Place place = place_of(entry);
  edit_in_place(database, place, open_for_write(database, place, key.hash), edit);
  close_write(Effect::kWritten, key);
}

// Enough of a place for what leaves the record where it is.
Place Keyspace::place_of(const EntryView& entry) {
  const Place place{.segment = entry.segment, .record = Record{entry.record}};
  ASSERT(place && place.record.object() != nullptr &&
         place.record.object() == entry.value.object());
  return place;
}

void Keyspace::edit_in_place(Database& database, const Place& place, WritePass pass,
                             const std::function<void(Object&)>& edit) {
  Object& object = *place.record.object();
  const std::size_t before = object.memory_bytes();
  edit(object);
  database.account(pass, before, object.memory_bytes());
  clock_->touch(place.record, 1, random_);
}

// An entry that is to be told whole anyway need not be told in parts; for the others the log knows
// the state that the request was run on.
void Keyspace::edit_object_as_told(const Key& key, const EntryView& entry,
                                   std::span<const std::string_view> request,
                                   const std::function<void(Object&)>& edit) {
  if (!log_on_ || listener_ == nullptr) return edit_object(key, entry, edit);
  Database& database = database_of(key);
  const Place place = place_of(entry);
  if (place.record.dirty() == context_->born_dirty) return edit_object(key, entry, edit);
  edit_in_place(database, place, open_for_told_write(database, place), edit);
  ++counters_.changes;
  listener_->on_told(key, request);
}

void Keyspace::set_string_cache(const Key& key, std::unique_ptr<StringCache> cache) {
  Object* object = database_of(key).find(key).record.object();
  ASSERT(object != nullptr && object->type() == Type::kString);
  static_cast<StringObject*>(object)->cache = std::move(cache);
}

Keyspace::Taken Keyspace::take(const Key& key) {
  Database& database = database_of(key);
  const Place place = database.find(key);
  ASSERT(place);
  const ValueView value = place.record.value();
  Taken taken{std::int64_t{0}, place.record.expiry()};
  if (value.is_integer()) {
    taken.value = value.integer();
  } else if (value.is_short_text()) {
    IntegerText buffer;
    taken.value = std::string(value.text(buffer));
  }
  const WritePass pass = open_for_write(database, place, key.hash);
  std::unique_ptr<Object> object{place.record.object()};
  database.remove(pass, key.hash, place, Database::Ownership::kCallers);
  if (object != nullptr) taken.value = std::move(object);
  database.shrink(key.hash);
  close_write(Effect::kErased, key, 0);  // `put` counts: the two are one change
  return taken;
}

void Keyspace::put(const Key& key, Taken taken) {
  if (const auto* integer = std::get_if<std::int64_t>(&taken.value)) {
    set(key, *integer, taken.expiry);
  } else if (const auto* text = std::get_if<std::string>(&taken.value)) {
    set(key, std::string_view{*text}, taken.expiry);
  } else {
    set(key, std::move(std::get<std::unique_ptr<Object>>(taken.value)), taken.expiry);
  }
}

std::uint64_t Keyspace::clear(int db) {
  if (db >= 0) return clear_one(db);
  std::uint64_t removed = 0;
  for (int each = 0; each < databases(); ++each) removed += clear_one(each);
  return removed;
}

// What a running snapshot or log cut has not reached yet is moved aside whole, for their slices to
// emit.
std::uint64_t Keyspace::clear_one(int db) {
  std::unique_ptr<Database>& database = databases_[db];
  const std::uint64_t removed = database->size();
  auto fresh = std::make_unique<Database>(*context_, db, cut_);
  log_backlog_ -= database->log.dirty.size();
  if (database->snapshot.pending || !database->log.sealed.empty()) {
    aside_.push_back(std::move(database));
  }
  database = std::move(fresh);
  log_dirty_ = true;
  close_write(Effect::kCleared, Key{{}, 0, db}, removed);
  return removed;
}

void Keyspace::swap_databases(int a, int b) {
  if (a == b) return;
  std::swap(databases_[a], databases_[b]);
  databases_[a]->number = a;
  databases_[b]->number = b;
  log_dirty_ = true;
  close_write(Effect::kSwapped, Key{{}, 0, a});
  close_write(Effect::kSwapped, Key{{}, 0, b}, 0);
  if (listener_ != nullptr) listener_->on_swap(a, b);
}

}  // namespace countd::storage
