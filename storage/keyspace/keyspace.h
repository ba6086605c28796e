// The entries of one shard, in all its databases: the only door to them.
//
// Reads are `read` (a client looked: hit or miss is counted, LRU/LFU is fed) and `peek` (no trace).
// Writes all pass one gate, which alone keeps the old state for a running snapshot, tells the
// journal, counts changes and accounts memory; nothing else mutates an entry.
//
// Not thread-safe: a keyspace is touched under its shard's lease only. It has no clock: the
// holder of the lease calls begin_turn(now), and an entry whose expiry is <= now() does not exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "storage/base/key.h"
#include "storage/base/random.h"
#include "storage/base/result.h"
#include "storage/base/time.h"
#include "storage/base/value.h"
#include "storage/keyspace/effects.h"
#include "storage/keyspace/eviction_policy.h"
#include "storage/keyspace/write_pass.h"

namespace countd::storage {

class AccessClock;
class Database;
class Record;
struct Place;
struct Segment;
struct StoredValue;
struct TableContext;

struct KeyspaceOptions {
  int databases = 16;
  std::uint64_t hash_seed = 0;
  std::uint64_t random_seed = 1;
};

/// Borrowed look at an entry; valid until the keyspace is next written.
struct EntryView {
  bool exists = false;
  ValueView value;
  Millis expiry = kNoExpiry;
  // Where it lies, for the keyspace to find it again at no cost.
  Segment* segment = nullptr;
  std::byte* record = nullptr;

  explicit operator bool() const { return exists; }
  [[nodiscard]] Type type() const { return exists ? value.type() : Type::kNone; }
};

/// What this keyspace has counted since it was made (never reset; readers subtract).
struct KeyspaceCounters {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t changes = 0;  // what `save <seconds> <changes>` counts
};

class Keyspace {
 public:
  explicit Keyspace(const KeyspaceOptions& options);
  ~Keyspace();
  Keyspace(const Keyspace&) = delete;
  Keyspace& operator=(const Keyspace&) = delete;

  /// Time for everything until the next call; never runs backwards.
  void begin_turn(Millis now) {
    now_ = now > now_ ? now : now_;
    if (now_ >= next_access_upkeep_) [[unlikely]]
      tend_access_clock();
  }
  [[nodiscard]] Millis now() const { return now_; }
  [[nodiscard]] int databases() const;
  [[nodiscard]] Key key(std::string_view bytes, int db) const;

  // -- prefetching: hints, in this order, some operations apart ---------------------------------
  /// The database's table is so small that fetching it ahead costs more than it saves.
  [[nodiscard]] bool is_near(int db) const;
  void prefetch_bucket(const Key& key) const;
  void prefetch_record(const Key& key) const;
  /// After the record: the object that it refers to, if it is one.
  void prefetch_object(const Key& key) const;
  /// After that: the object which the entry most likely has, to prefetch what lies behind it; null
  /// if none. It is alive, but may be another key's: only the record's tag has been compared.
  [[nodiscard]] const Object* likely_object(const Key& key) const;
  /// For loading: where a new entry will be written.
  void prefetch_room(const Key& key) const;

  // -- reading ----------------------------------------------------------------------------------
  /// As a client reads: counts a hit or a miss and feeds LRU/LFU; deletes the entry if expired.
  EntryView read(const Key& key);
  /// As `read`, but no use of the entry: LRU and LFU see nothing of it.
  EntryView look(const Key& key);
  /// Leaves no trace; an expired entry is reported as missing.
  [[nodiscard]] EntryView peek(const Key& key) const;

  // -- writing: each of these passes the write gate ---------------------------------------------
  /// Adds `delta` to the counter at `key`, creating it at 0; returns the new value; keeps the TTL.
  /// A string that spells a canonical integer becomes a counter.
  /// kWrongType, kNotInteger, kOverflow: the entry is left as it was.
  Result<std::int64_t> add(const Key& key, std::int64_t delta);
  /// As `add` of the sum of `count` deltas, none of which may overflow on the way: the caller
  /// gives the least and greatest prefix sum. kOverflow says: walk the deltas one by one.
  Result<std::int64_t> add_folded(const Key& key, std::int64_t sum, std::int64_t min_prefix,
                                  std::int64_t max_prefix, std::uint64_t count);
  /// Creates or overwrites. `expiry`: a time, kNoExpiry or kKeepExpiry. A time that has passed
  /// is stored as it is; callers that must delete instead check first.
  void set(const Key& key, NewValue value, Millis expiry = kNoExpiry);
  /// True if the entry existed (and had not expired).
  bool erase(const Key& key);
  /// Sets or removes (kNoExpiry) the expiry of an existing entry; false if there is no entry.
  bool set_expiry(const Key& key, Millis expiry);
  /// Edits a string's bytes in place: `edit(bytes)` runs once, and the entry is a StringObject
  /// afterwards ("raw"). Creates an empty string if the entry is missing. Drops the string's cache.
  /// REQUIRES: missing or a string.
  void edit_string(const Key& key, const std::function<void(std::string& bytes)>& edit);
  /// The object of an existing entry, to be changed in place: `edit` runs once after the old state
  /// has been kept, and the memory is accounted anew afterwards. REQUIRES: `entry` is what
  /// `peek` or `read` has just shown of `key`, an object, and nothing was written since.
  void edit_object(const Key& key, const EntryView& entry,
                   const std::function<void(Object& object)>& edit);
  /// As `edit_object`, by a request that makes the same change again when it is run on the same
  /// entry: the log is told the request instead of the whole new state.
  void edit_object_as_told(const Key& key, const EntryView& entry,
                           std::span<const std::string_view> request,
                           const std::function<void(Object& object)>& edit);
  /// Replaces only the cache beside a string (no change as far as clients, journal and snapshot
  /// are concerned). REQUIRES: a StringObject.
  void set_string_cache(const Key& key, std::unique_ptr<StringCache> cache);
  /// Takes the entry out (value and expiry) to be put elsewhere: RENAME and MOVE.
  struct Taken {
    std::variant<std::int64_t, std::string, std::unique_ptr<Object>> value;
    Millis expiry;
  };
  /// REQUIRES: the entry exists.
  Taken take(const Key& key);
  void put(const Key& key, Taken taken);
  /// Empties one database (returns how many entries it had), or all (-1).
  std::uint64_t clear(int db);
  void swap_databases(int a, int b);

  // -- walking ----------------------------------------------------------------------------------
  /// One step of SCAN: calls `visit` for at least `count` entries if there are so many, expired
  /// ones left out, and returns the next cursor, 0 at the end. Every entry that stays from a
  /// scan's beginning to its end is visited at least once, however the table grows meanwhile.
  /// Cursors use the low 48 bits. A step that meets mostly expired entries may visit fewer.
  std::uint64_t scan(int db, std::uint64_t cursor, std::size_t count,
                     const std::function<void(std::string_view key, const EntryView&)>& visit);
  /// Some entry of the database at random, or false; expired entries are skipped.
  bool random_key(int db, std::string& key);
  /// Entries including those expired but not yet removed, as DBSIZE counts.
  [[nodiscard]] std::uint64_t size(int db) const;
  [[nodiscard]] std::uint64_t expires(int db) const;
  /// Mean remaining life of a database's expiring entries in ms (an estimate); 0 if none.
  [[nodiscard]] Millis average_ttl(int db) const;

  // -- upkeep: each call's work is bounded ------------------------------------------------------
  /// Removes expired entries, at most about `limit` looked at; returns how many were removed.
  std::size_t expire_some(std::size_t limit);
  /// The next time expire_some has something to do, kNoExpiry if never.
  [[nodiscard]] Millis next_expiry() const;
  /// Evicts one entry by `policy` (samples `samples`); false if nothing can be evicted.
  bool evict_one(EvictionPolicy policy, int samples);
  void set_eviction_policy(EvictionPolicy policy, int lfu_log_factor, int lfu_decay_minutes);
  /// While held, no access changes how recently or how often an entry was used.
  void hold_access(bool held);
  /// OBJECT IDLETIME in seconds and OBJECT FREQ of an existing entry, both approximate.
  [[nodiscard]] std::int64_t idle_seconds(const Key& key) const;
  [[nodiscard]] std::int64_t frequency(const Key& key) const;
  /// Sets what these tell, at most as old as can be told (RESTORE). Without effect under a policy
  /// that looks at the other.
  void set_idle_seconds(const Key& key, std::int64_t seconds);
  void set_frequency(const Key& key, std::uint8_t frequency);
  /// Heap bytes the entry takes, its share of the table included (MEMORY USAGE); 0 if missing.
  [[nodiscard]] std::size_t entry_bytes(const Key& key) const;
  /// Heap bytes of all entries and tables.
  [[nodiscard]] std::size_t memory_bytes() const;
  [[nodiscard]] const KeyspaceCounters& counters() const { return counters_; }
  /// Expects `keys` more entries in `db`: the table is made large enough at once (loading).
  void reserve(int db, std::uint64_t keys);
  /// Entries moved and directory slots copied by growth so far. One insertion adds a bounded
  /// number: what it takes at worst does not depend on how many entries there are.
  [[nodiscard]] std::uint64_t growth_steps() const;

  // -- snapshot ---------------------------------------------------------------------------------
  /// The cut: from now on `sink` receives every entry exactly once, in the state it has now,
  /// from the slices or, if it is written before the traversal gets there, from the write.
  /// O(1). `sink` must outlive the snapshot. REQUIRES: no snapshot is running.
  void begin_snapshot(EntrySink& sink);
  /// Emits about `entries` more entries; true when all have been emitted (the snapshot is over).
  bool snapshot_slice(std::size_t entries);
  /// Ends a snapshot that is not over: the sink is not called again.
  void abandon_snapshot();
  [[nodiscard]] bool snapshot_running() const;
  /// Entries of the running snapshot that writes have emitted, ahead of its slices.
  [[nodiscard]] std::uint64_t emitted_by_writes() const { return emitted_by_writes_; }

  // -- log --------------------------------------------------------------------------------------
  /// From now on it is remembered what changes; removals and told requests go to the listener.
  /// REQUIRES: not logging.
  void begin_log();
  /// Forgets what has changed; a cut that is under way is never finished.
  void end_log();
  [[nodiscard]] bool logging() const { return log_on_; }
  /// Something that the log must tell has changed since the last cut.
  [[nodiscard]] bool log_dirty() const { return log_on_ && log_dirty_; }
  /// Entries that a cut made now would tell; at most so many, as removed ones count too.
  [[nodiscard]] std::size_t log_backlog() const { return log_backlog_; }
  /// The cut: from now on `sink` receives every entry that was written since the last cut and is
  /// there, exactly once and in the state it has now: from the slices or, if it is written before
  /// its turn, from the write. O(databases). `sink` must outlive the cut. REQUIRES: logging, no cut
  /// is under way.
  void cut_log(EntrySink& sink);
  /// Emits about `entries` more entries; true when all have been emitted (the cut is over).
  bool log_slice(std::size_t entries);
  [[nodiscard]] bool log_cut_running() const { return log_sink_ != nullptr; }

  // -- seams ------------------------------------------------------------------------------------
  /// Who is told what every write did; null: nobody. Must outlive the keyspace or be replaced.
  void set_effect_listener(EffectListener* listener);
  /// One more who is told the same; null: nobody.
  void set_write_watcher(EffectListener* watcher);
  /// Puts another sink between the cut that is under way and its own, which is returned.
  /// REQUIRES: log_cut_running().
  EntrySink& exchange_log_sink(EntrySink& sink) { return *std::exchange(log_sink_, &sink); }

 private:
  // -- the write gate: every change of an entry is open_for_write, the change, close_write -------
  /// Keeps the old state for a running snapshot or log cut. Only here is a WritePass made.
  WritePass open_for_write(Database& database, const Place& place, std::uint64_t hash) {
    if (watched_) [[unlikely]]
      before_write(database, place, hash);
    return WritePass{};
  }
  /// Counts and tells what was done.
  void close_write(Effect effect, const Key& key, std::uint64_t changes = 1) {
    counters_.changes += changes;
    if (listener_ != nullptr) listener_->on_effect(effect, key);
  }

  [[nodiscard]] Database& database_of(const Key& key) const { return *databases_[key.db]; }
  /// As Database::find, but an expired entry is removed first.
  Place find_live(Database& database, const Key& key);
  /// Creates or overwrites; `place` is what find_live said.
  void write(Database& database, const Place& place, const Key& key, const StoredValue& value,
             Millis expiry);
  template <bool kUses>
  EntryView read_entry(const Key& key);
  static EntryView view_of(const Place& place);
  static Place place_of(const EntryView& entry);
  /// The change itself, its memory and its use.
  void edit_in_place(Database& database, const Place& place, WritePass pass,
                     const std::function<void(Object& object)>& edit);
  /// Adds where the short way of `add` does not do: no entry, an expired one or a text.
  Result<std::int64_t> add_slowly(const Key& key, std::int64_t sum, std::int64_t min_prefix,
                                  std::int64_t max_prefix, std::uint64_t count);
  /// For expiry and eviction, which know no key but the record's own.
  void remove_unasked(Database& database, const Place& place, Effect effect);

  std::uint64_t clear_one(int db);
  /// False if `looked` reached `limit` before all that is due in the database was removed.
  bool expire_in(Database& database, std::size_t limit, std::size_t& looked);
  void expire_in_segment(Database& database, Segment& segment);
  Database* choose_database(bool volatile_only);
  Place choose_victim(Database& database, EvictionPolicy policy, int samples);
  [[nodiscard]] std::uint64_t worth(const Record& record, EvictionPolicy policy) const;
  void tend_access_clock();
  void sweep_next_segment();

  /// For a change that the log is told as a request: the entry does not become dirty.
  WritePass open_for_told_write(Database& database, const Place& place) {
    before_told_write(database, place);
    return WritePass{};
  }
  void before_told_write(Database& database, const Place& place);
  void before_write(Database& database, const Place& place, std::uint64_t hash);
  void keep_old_state(Database& database, const Place& place);
  void enter_cut(Segment& segment);
  void emit(const Database& database, const Record& record);
  bool emit_segment(Database& database, Segment& segment, std::size_t entries, std::size_t& done);
  Database* next_pending();
  void join_listeners();
  void watch() { watched_ = snapshot_ != nullptr || log_on_; }

  void emit_sealed(const Database& database, const Record& record);
  void note_dirty(Database& database, const Place& place, std::uint64_t hash);
  bool emit_sealed_of(Database& database, std::size_t entries, std::size_t& done);
  void drop_aside();

  Millis now_ = 0;
  Millis next_access_upkeep_ = 0;
  KeyspaceCounters counters_;
  EffectListener* listener_ = nullptr;  // of the two below who is there, or the pair of them
  EffectListener* effect_listener_ = nullptr;
  EffectListener* write_watcher_ = nullptr;
  std::optional<EffectPair> both_;
  std::unique_ptr<TableContext> context_;
  std::vector<std::unique_ptr<Database>> databases_;

  // Eviction and the access clock's sweep through all segments.
  std::unique_ptr<AccessClock> clock_;
  Random random_;
  std::size_t sweep_db_ = 0;
  std::uint64_t sweep_position_ = 0;
  std::uint64_t sweep_due_ = 0;
  std::uint64_t ticks_done_ = 0;
  std::size_t expire_db_ = 0;

  // The running snapshot: its sink, its number, and what was cleared before it was emitted.
  EntrySink* snapshot_ = nullptr;
  std::uint64_t emitted_by_writes_ = 0;
  std::uint32_t cut_ = 0;
  std::vector<std::unique_ptr<Database>> aside_;
  bool watched_ = false;  // a snapshot runs or the log is on: writes have more to do

  // The log: whether something has changed, the number of the interval, and where the running cut
  // goes.
  bool log_on_ = false;
  bool log_dirty_ = false;
  unsigned log_interval_ = 0;
  std::size_t log_backlog_ = 0;
  EntrySink* log_sink_ = nullptr;

  std::string removed_key_;  // scratch of remove_unasked
};

}  // namespace countd::storage
