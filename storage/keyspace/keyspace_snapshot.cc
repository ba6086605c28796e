// Snapshots: every entry exactly once, as it was at the cut, without copying the table.
//
// Every record has a mark, every segment the value of the mark that says "emitted since the cut
// numbered `cut`". A segment that meets a new cut for the first time turns that value round, and so
// in one stroke calls all its records not yet emitted. From then on the first write to a record,
// or the traversal, whichever comes first, emits its old state and sets the mark; a new entry
// is born with it. Records take their mark along when they move, and a segment that is split hands
// its part down, so growth needs no thought. An abandoned snapshot leaves some marks set and some
// not: such a segment says so (kept_differs) and levels its marks when the next cut arrives.
#include "storage/base/assert.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {

void Keyspace::begin_snapshot(EntrySink& sink) {
  ASSERT(!snapshot_running());
  snapshot_ = &sink;
  emitted_by_writes_ = 0;
  watch();
  ++cut_;
  for (int db = 0; db < databases(); ++db) {
    databases_[db]->snapshot = {.number = db, .position = 0, .pending = databases_[db]->size() > 0};
  }
}

bool Keyspace::snapshot_running() const { return snapshot_ != nullptr; }

bool Keyspace::snapshot_slice(std::size_t entries) {
  ASSERT(snapshot_running());
  std::size_t done = 0;
  while (Database* database = next_pending()) {
    auto& state = database->snapshot;
    do {
      Segment& segment = *database->directory().at(state.position).segment();
      if (!emit_segment(*database, segment, entries, done)) return false;
      state.position = next_segment_start(state.position, segment.depth);
    } while (state.position != 0);
    state.pending = false;
    drop_aside();
  }
  snapshot_ = nullptr;
  watch();
  return true;
}

void Keyspace::abandon_snapshot() {
  snapshot_ = nullptr;
  watch();
  for (auto& database : aside_) database->snapshot.pending = false;
  for (auto& database : databases_) database->snapshot.pending = false;
  drop_aside();
}

/// Databases that were cleared are kept only while a snapshot or a log cut has to emit of them.
void Keyspace::drop_aside() {
  std::erase_if(aside_, [](const auto& database) {
    return !database->snapshot.pending && database->log.sealed.empty();
  });
}

Database* Keyspace::next_pending() {
  for (auto& database : aside_) {
    if (database->snapshot.pending) return database.get();
  }
  for (auto& database : databases_) {
    if (database->snapshot.pending) return database.get();
  }
  return nullptr;
}

// True if the segment is done; false if `done` reached `entries` before its end. What a write has
// emitted already is passed over, at a small part of the price.
bool Keyspace::emit_segment(Database& database, Segment& segment, std::size_t entries,
                            std::size_t& done) {
  enter_cut(segment);
  const bool mark = segment.kept_mark != 0;
  for (std::uint32_t index = 0; index < segment.buckets; ++index) {
    if (done >= entries) return false;
    const Bucket& bucket = *segment.bucket(index);
    for_each_slot(bucket.used(), [&](unsigned slot) {
      Record record = segment.record(bucket, slot);
      if (record.kept() == mark) return;
      ++done;
      emit(database, record);
      record.set_kept(mark);
    });
  }
  done += segment.records / 16;
  segment.kept_differs = false;
  return true;
}

void Keyspace::before_write(Database& database, const Place& place, std::uint64_t hash) {
  if (snapshot_ != nullptr) keep_old_state(database, place);
  if (log_on_) note_dirty(database, place, hash);
}

void Keyspace::keep_old_state(Database& database, const Place& place) {
  enter_cut(*place.segment);
  if (!place) return;
  Record record = place.record;
  const bool mark = place.segment->kept_mark != 0;
  if (record.kept() == mark) return;
  ++emitted_by_writes_;
  emit(database, record);
  record.set_kept(mark);
}

void Keyspace::enter_cut(Segment& segment) {
  if (segment.cut == cut_) return;
  if (segment.kept_differs) {
    segment.for_each([&](Place place) { place.record.set_kept(segment.kept_mark != 0); });
  }
  segment.kept_mark ^= 1;
  segment.kept_differs = true;
  segment.cut = cut_;
}

void Keyspace::emit(const Database& database, const Record& record) {
  KeyText buffer;
  snapshot_->emit(database.snapshot.number, database.key_of(record, buffer), record.value(),
                  record.expiry());
}

}  // namespace countd::storage
