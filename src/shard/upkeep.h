// What a shard does besides requests, in bounded pieces: expiring entries, paying eviction debt,
// walking a running snapshot. It belongs to the home thread, which takes its lease like anyone.
//
// A snapshot's traversal runs in slices of at most 100 µs. Under load it takes at most 15 % of the
// thread; an idle thread walks without a pause. While more is queued for the disk than
// `kMaxQueuedBytes`, it waits.
#pragma once

#include <cstdint>
#include <functional>

#include "shard/clock.h"
#include "shard/executor.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

class Turn;

/// A snapshot that is under way on one shard.
struct SnapshotTask {
  std::function<std::size_t()> queued_bytes;  // what waits for the disk
  std::function<void()> finished;             // this shard's last entry has been emitted
};

inline constexpr std::size_t kMaxQueuedBytes = 32u << 20;

class Upkeep {
 public:
  Upkeep(Turn& turn, Executor& executor, SharedState& shared, int shard)
      : turn_(turn), executor_(executor), shared_(shared), clock_(*shared.clock), shard_(shard) {}

  /// The keyspace's snapshot has begun (under a check-out): walk it.
  void begin_snapshot(SnapshotTask task);
  [[nodiscard]] bool snapshot_running() const { return running_; }
  void set_active_expire(bool on) { active_expire_ = on; }

  /// One piece of work. `idle`: no request is waiting. True: there is more to do at once.
  bool run(bool idle);
  /// Milliseconds until `run` has something to do; -1: never.
  [[nodiscard]] std::int64_t next_ms() const;

 private:
  bool walk_snapshot(bool idle);
  void expire(std::int64_t now_ns);

  static constexpr std::int64_t kSliceNs = 100'000;
  static constexpr std::int64_t kExpireEveryNs = 100'000'000;
  static constexpr std::size_t kSliceEntries = 256;

  Turn& turn_;
  Executor& executor_;
  SharedState& shared_;
  const Clock& clock_;
  const int shard_;
  bool active_expire_ = true;
  bool expire_more_ = false;
  std::int64_t next_expire_ns_ = 0;
  bool running_ = false;
  SnapshotTask task_;
  std::int64_t next_slice_ns_ = 0;
};

}  // namespace countd::shard
