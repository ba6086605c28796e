// The log: what changed between two cuts, told once, without copying anything at the write.
//
// Time is divided into intervals by the cuts. A record has two marks, one for even and one for odd
// intervals: the first write of an interval sets the mark and notes the hash of the key. A cut
// seals the notes and turns to the other mark; then the noted entries are found again and emitted,
// some at a time, each losing the sealed mark. A write to an entry that still has it emits the old
// state first, so what is emitted is the state at the cut, however late. A new entry is born with
// the mark; records take their marks along when they move.
//
// A note is a hash, no key: whoever bears the sealed mark among the records of that tag is emitted,
// and if a stranger is among them it was noted too. What has gone is told to the listener instead.
#include <utility>

#include "storage/base/assert.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {
namespace {

// How far ahead of its turn a bucket and then a record is fetched.
constexpr std::size_t kBucketAhead = 16;
constexpr std::size_t kRecordAhead = 8;

constexpr unsigned mark_of(unsigned interval) { return 1U << (interval & 1); }

}  // namespace

void Keyspace::begin_log() {
  ASSERT(!log_on_);
  log_on_ = true;
  log_dirty_ = false;
  log_backlog_ = 0;
  context_->born_dirty = mark_of(log_interval_);
  for (auto& database : databases_) database->log.dirty.clear(database->is_large());
  watch();
}

void Keyspace::end_log() {
  const auto forget = [](Database& database) {
    for (auto* notes : {&database.log.dirty, &database.log.sealed}) {
      notes->walk([&](std::uint64_t hash, const auto&) {
        database.for_each_alike(hash, [](Record record) { record.set_dirty(0); });
        return true;
      });
      notes->clear();
    }
  };
  for (auto& database : databases_) forget(*database);
  for (auto& database : aside_) forget(*database);
  drop_aside();
  log_on_ = false;
  log_sink_ = nullptr;
  log_backlog_ = 0;
  context_->born_dirty = 0;
  watch();
}

void Keyspace::cut_log(EntrySink& sink) {
  ASSERT(log_on_ && log_sink_ == nullptr);
  log_sink_ = &sink;
  log_dirty_ = false;
  log_backlog_ = 0;
  context_->born_dirty = mark_of(++log_interval_);
  for (int db = 0; db < databases(); ++db) {
    auto& log = databases_[db]->log;
    log.sealed = std::exchange(log.dirty, {});
    log.dirty.clear(databases_[db]->is_large());
    log.number = db;
  }
}

bool Keyspace::log_slice(std::size_t entries) {
  ASSERT(log_sink_ != nullptr);
  std::size_t done = 0;
  for (auto* const databases : {&databases_, &aside_}) {
    for (auto& database : *databases) {
      if (!emit_sealed_of(*database, entries, done)) return false;
    }
  }
  drop_aside();
  log_sink_ = nullptr;
  return true;
}

bool Keyspace::emit_sealed_of(Database& database, std::size_t entries, std::size_t& done) {
  const bool over = database.log.sealed.walk([&](std::uint64_t hash, const auto& ahead) {
    if (done >= entries) return false;
    ++done;
    if (const auto* const next = ahead(kBucketAhead)) database.prefetch_bucket(*next);
    if (const auto* const next = ahead(kRecordAhead)) database.prefetch_record(*next);
    database.for_each_alike(hash, [&](Record record) { emit_sealed(database, record); });
    return true;
  });
  if (over) database.log.sealed.clear();
  return over;
}

void Keyspace::emit_sealed(const Database& database, const Record& record) {
  const unsigned sealed = mark_of(log_interval_ + 1);
  if ((record.dirty() & sealed) == 0) return;
  Record marked = record;
  marked.set_dirty(record.dirty() & ~sealed);
  KeyText buffer;
  log_sink_->emit(database.log.number, database.key_of(record, buffer), record.value(),
                  record.expiry());
}

void Keyspace::before_told_write(Database& database, const Place& place) {
  if (snapshot_ != nullptr) keep_old_state(database, place);
  emit_sealed(database, place.record);
  log_dirty_ = true;
}

void Keyspace::note_dirty(Database& database, const Place& place, std::uint64_t hash) {
  log_dirty_ = true;
  if (place) {
    emit_sealed(database, place.record);
    const unsigned marks = place.record.dirty();
    if ((marks & context_->born_dirty) != 0) return;
    Record record = place.record;
    record.set_dirty(marks | context_->born_dirty);
  }
  database.log.dirty.add(hash);
  ++log_backlog_;
}

}  // namespace countd::storage
