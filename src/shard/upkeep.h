// What a shard does besides requests, in bounded pieces: expiring entries, paying eviction debt,
// walking a running snapshot, handing its part of a frame to the journal. It belongs to the home
// thread, which takes its lease like anyone.
//
// All but expiry runs in slices of at most 100 µs. Under load a snapshot takes at most 5 % of the
// thread, a frame, which has to be on disk within a second, 30 %, and eviction 50 %; an idle thread
// goes on without a pause. At first most writes have to emit an old state, which delays them: the
// snapshot's walk then holds back, so that it costs much the same from beginning to end, and it
// does so for a frame too. While more is queued for the disk than `kMaxQueuedBytes`, it waits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "shard/clock.h"
#include "shard/executor.h"
#include "shard/walk_pace.h"
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
  /// A step of a walk is `slice_entries` long; a slice has as many as its time allows.
  Upkeep(Turn& turn, Executor& executor, SharedState& shared, int shard,
         std::size_t slice_entries = kSliceEntries)
      : turn_(turn),
        executor_(executor),
        shared_(shared),
        clock_(*shared.clock),
        shard_(shard),
        slice_entries_(slice_entries) {}

  /// The keyspace's snapshot has begun (under a check-out): walk it.
  void begin_snapshot(SnapshotTask task);
  [[nodiscard]] bool snapshot_running() const { return running_; }
  void set_active_expire(bool on) { active_expire_ = on; }

  /// One piece of work. `idle`: no request is waiting. True: there is more to do at once.
  bool run(bool idle);
  /// Milliseconds until `run` has something to do; -1: never.
  [[nodiscard]] std::int64_t next_ms() const;

 private:
  struct Slice {
    bool over;  // the walk has reached its end
    std::int64_t took_ns;
  };

  bool evict(bool idle);
  void tend_tracking(storage::Keyspace& keys);
  bool walk_snapshot(bool idle);
  bool hand_over(bool idle);
  /// One slice of `step`s, which say when the walk is over, if its time has come and the lease is
  /// free.
  std::optional<Slice> run_slice(WalkPace& pace, bool idle,
                                 const std::function<bool(storage::Keyspace&)>& step);
  void expire(std::int64_t now_ns);

  static constexpr std::int64_t kSliceNs = 100'000;
  static constexpr std::int64_t kEmitByWriteNs = 50;  // what emitting an old state costs, about
  static constexpr std::int64_t kExpireEveryNs = 100'000'000;
  static constexpr std::size_t kSliceEntries = 256;

  Turn& turn_;
  Executor& executor_;
  SharedState& shared_;
  const Clock& clock_;
  const int shard_;
  const std::size_t slice_entries_;
  bool active_expire_ = true;
  bool expire_more_ = false;
  std::int64_t next_expire_ns_ = 0;
  bool running_ = false;
  SnapshotTask task_;
  std::uint64_t credited_ = 0;  // of the old states that writes have emitted for it
  WalkPace eviction_pace_{50};
  WalkPace snapshot_pace_{5};
  WalkPace log_pace_{30};
};

}  // namespace countd::shard
