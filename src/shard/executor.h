// Runs batches against a keyspace whose lease the caller holds. One executor a thread: it counts
// into that thread's metrics, whichever shard it works on.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "metrics/slow_log.h"
#include "metrics/thread_metrics.h"
#include "shard/batch.h"
#include "shard/clock.h"
#include "shard/log_gate.h"
#include "shard/peers.h"
#include "shard/published.h"
#include "storage/base/random.h"
#include "storage/keyspace/keyspace.h"
#include "tracking/tracking.h"

namespace countd::shard {

/// What every thread of the server shares, set up once before the threads start.
struct SharedState {
  const commands::CommandTable* table = nullptr;
  metrics::SlowLog* slow_log = nullptr;
  Clock* clock = nullptr;
  std::uint64_t hash_seed = 0;
  int shards = 1;
  std::deque<Published> published;         // by shard
  Peers* peers = nullptr;                  // null: there are none to be woken (tests)
  LogGate* log = nullptr;                  // null: there is none (tests)
  tracking::Tracking* tracking = nullptr;  // null: there is none (tests)
  std::atomic<std::uint32_t> gates{0};     // bits of Gate: what is refused or held at the moment

  /// Heap bytes of all keyspaces, as each published it last.
  [[nodiscard]] std::size_t memory_bytes() const;
};

class Executor {
 public:
  Executor(SharedState& shared, metrics::ThreadMetrics& metrics, int thread)
      : shared_(shared), metrics_(metrics), thread_(thread) {}

  /// The turn's options and time; both hold until the next call.
  void begin_turn(const config::Options& options, storage::Millis now);
  /// Gives a keyspace the turn's time, unless it has come further already, and policy: requests
  /// see the keyspace's time, which never steps back. REQUIRES: its lease is held.
  void enter(storage::Keyspace& keys) const;

  /// Runs every item of the batch. REQUIRES: the lease of `shard` is held.
  void run(Batch& batch, storage::Keyspace& keys, int shard);
  /// Runs one request over several shards (a SpanHandler or GatherHandler row).
  /// Its reply lies in its wave's own bytes.
  void run_span(const Item& item, std::span<storage::Keyspace* const> shards);
  /// Counts a request that was run elsewhere than in a batch (session and admin handlers).
  void account(const Item& item, std::int64_t nanoseconds);

  [[nodiscard]] const config::Options& options() const { return *options_; }
  [[nodiscard]] storage::Millis now() const { return now_; }

 private:
  /// Where a reply's bytes go, and how its slot names the place.
  struct Arena {
    protocol::ByteBuffer& bytes;
    std::uint16_t index;
  };

  void enter_all(std::span<storage::Keyspace* const> shards);
  void run_items(Batch& batch, storage::Keyspace& keys, int shard);
  /// The same, memory being asked for some items ahead: of the tables too if they are far.
  template <bool kTableIsFar>
  void run_ahead(Batch& batch, storage::Keyspace& keys, int shard);
  void run_tracked(Batch& batch, storage::Keyspace& keys, int shard);
  void remember(const Item& item);
  [[nodiscard]] bool tracks() const {
    return shared_.tracking != nullptr && shared_.tracking->active();
  }
  void run_item(Batch& batch, Item& item, storage::Keyspace& keys, int shard);
  void run_increment(Batch& batch, Item& item, storage::Keyspace& keys);
  void walk_group(Batch& batch, Item& item, storage::Keyspace& keys);
  void run_handler(Batch& batch, Item& item, storage::Keyspace& keys);
  void run_timed(Batch& batch, Item& item, storage::Keyspace& keys);
  void call(const Item& item, commands::Arguments& arguments,
            std::span<storage::Keyspace* const> shards, Arena arena);
  void call_without_touch(const Item& item, commands::Arguments& arguments,
                          std::span<storage::Keyspace* const> shards, Arena arena);
  void call_handler(const Item& item, commands::Arguments& arguments,
                    std::span<storage::Keyspace* const> shards, Arena arena);
  void call_on_many(const Item& item, commands::Arguments& arguments,
                    std::span<storage::Keyspace* const> shards, commands::Reply& reply);
  void refuse(Batch& batch, Item& item, storage::Errc error);
  void failed(const Item& item, commands::ReplySlot& slot, storage::Errc error);
  bool make_room(storage::Keyspace& keys, int shard);
  bool has_room(const Item& item, std::span<storage::Keyspace* const> shards);
  void attribute(const Batch& batch, std::int64_t nanoseconds);
  static std::uint64_t calls_of(const Batch& batch, std::size_t first, std::size_t end);
  [[nodiscard]] bool timed(const Item& item) const;
  [[nodiscard]] bool attributed(const Item& item) const { return !item.refused && !timed(item); }

  SharedState& shared_;
  metrics::ThreadMetrics& metrics_;
  const config::Options* options_ = nullptr;
  const int thread_;
  storage::Millis now_ = 0;
  commands::CallContext context_;  // of the request that runs
  storage::Random random_{static_cast<std::uint64_t>(shared_.clock->nanoseconds())};
  bool time_each_ = false;  // the slow log wants each item's own time
  bool memory_limited_ = false;
  bool increments_unchecked_ = false;  // no memory limit, no timing: straight to the keyspace
  bool foreign_ = false;               // the batch that runs is another thread's
  std::int64_t timed_nanoseconds_ = 0;
};

}  // namespace countd::shard
