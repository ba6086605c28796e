#include "shard/upkeep.h"

#include <algorithm>
#include <utility>

#include "config/options.h"
#include "shard/memory_limit.h"
#include "shard/turn.h"

namespace countd::shard {
namespace {

// Entries looked at by one run of active expiry, at effort 1; a run that still finds expired
// entries is followed by another at once if the thread is idle.
constexpr std::size_t kExpireEntries = 400;

}  // namespace

void Upkeep::begin_snapshot(SnapshotTask task) {
  task_ = std::move(task);
  running_ = true;
  credited_ = 0;
  snapshot_pace_.start_anew();
}

bool Upkeep::run(bool idle) {
  const std::int64_t now_ns = clock_.nanoseconds();
  if (now_ns >= next_expire_ns_ || (expire_more_ && idle)) expire(now_ns);
  const bool evict_more = evict(idle);
  const bool log_more = hand_over(idle);
  const bool snapshot_more = running_ && walk_snapshot(idle);
  return evict_more || log_more || snapshot_more || (expire_more_ && idle);
}

void Upkeep::expire(std::int64_t now_ns) {
  const bool ran = turn_.with_home([&](storage::Keyspace& keys) {
    executor_.enter(keys);
    const auto& options = executor_.options();
    if (active_expire_) {
      const auto limit = kExpireEntries * static_cast<std::size_t>(options.active_expire_effort);
      expire_more_ = keys.expire_some(limit) >= limit / 4;
    } else {
      expire_more_ = false;
    }
    auto& published = shared_.published[static_cast<std::size_t>(shard_)];
    published.update_sizes(keys);
    published.update_average_ttl(keys);
    MemoryLimit(shared_, options).review(keys, shard_);
    tend_tracking(keys);
    if (shared_.log != nullptr) {
      auto& journal = shared_.log->journal();
      journal.note(keys);
      if (journal.crowded(static_cast<std::size_t>(shard_), keys)) shared_.log->set_crowded(true);
    }
  });
  if (ran) next_expire_ns_ = now_ns + kExpireEveryNs;
}

bool Upkeep::evict(bool idle) {
  const MemoryLimit limit(shared_, executor_.options());
  if (!limit.asked(shard_)) return false;
  const auto slice = run_slice(eviction_pace_, idle, [&](storage::Keyspace& keys) {
    executor_.enter(keys);
    const bool paid = limit.pay(keys, shard_);
    shared_.published[static_cast<std::size_t>(shard_)].update(keys);
    if (shared_.log != nullptr) shared_.log->journal().note(keys);
    tend_tracking(keys);
    return paid;
  });
  return slice && !slice->over;
}

// What has expired or had to go is told; with nobody left who tracks, everything is forgotten.
void Upkeep::tend_tracking(storage::Keyspace& keys) {
  if (shared_.tracking == nullptr) return;
  auto& tracker = shared_.tracking->shard(static_cast<std::size_t>(shard_));
  if (!tracker.attached()) return;
  if (!shared_.tracking->active()) return tracker.detach(keys);
  if (shared_.log != nullptr) shared_.log->journal().note(keys);
  shared_.tracking->send(static_cast<std::size_t>(shard_));
}

bool Upkeep::walk_snapshot(bool idle) {
  if (task_.queued_bytes() > kMaxQueuedBytes) return false;
  const auto slice = run_slice(snapshot_pace_, idle, [this](storage::Keyspace& keys) {
    const std::uint64_t emitted = keys.emitted_by_writes();
    snapshot_pace_.credit(static_cast<std::int64_t>(emitted - credited_) * kEmitByWriteNs);
    credited_ = emitted;
    return keys.snapshot_slice(slice_entries_);
  });
  if (!slice) return false;
  if (slice->over) {
    running_ = false;
    std::exchange(task_, {}).finished();
  }
  return running_;
}

bool Upkeep::hand_over(bool idle) {
  const auto shard = static_cast<std::size_t>(shard_);
  if (shared_.log == nullptr || !shared_.log->journal().part_open(shard)) return false;
  const auto slice = run_slice(log_pace_, idle, [&](storage::Keyspace& keys) {
    auto& journal = shared_.log->journal();
    return !journal.part_open(shard) || journal.slice(shard, keys, slice_entries_);
  });
  if (!slice) return false;
  snapshot_pace_.credit(slice->took_ns);
  return !slice->over;
}

std::optional<Upkeep::Slice> Upkeep::run_slice(
    WalkPace& pace, bool idle, const std::function<bool(storage::Keyspace&)>& step) {
  const std::int64_t began = clock_.nanoseconds();
  if (!idle && !pace.due(began)) return std::nullopt;
  bool over = false;
  std::int64_t took = 0;
  const bool ran = turn_.with_home([&](storage::Keyspace& keys) {
    do {
      over = step(keys);
      took = clock_.nanoseconds() - began;
    } while (!over && took + took / 2 < kSliceNs);
  });
  if (!ran) return std::nullopt;
  pace.rest(began, took);
  return Slice{over, took};
}

std::int64_t Upkeep::next_ms() const {
  if (running_ || MemoryLimit(shared_, executor_.options()).asked(shard_)) return 1;
  const auto* const log = shared_.log;
  if (log != nullptr && log->journal().part_open(static_cast<std::size_t>(shard_))) return 1;
  const std::int64_t left = next_expire_ns_ - clock_.nanoseconds();
  return std::max<std::int64_t>(1, left / 1'000'000);
}

}  // namespace countd::shard
