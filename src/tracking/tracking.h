// Client-side caching as all threads share it: who tracks, each shard's part, and the way to the
// clients.
#pragma once

#include <deque>
#include <vector>

#include "tracking/registry.h"
#include "tracking/shard_tracker.h"

namespace countd::tracking {

/// Takes what clients are to hear to their threads. Any thread; must not block.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void push(std::vector<Push> pushes) = 0;
};

class Tracking {
 public:
  /// `outlet` must outlive it.
  Tracking(Outlet& outlet, int shards, std::uint64_t seed) : outlet_(outlet) {
    for (int i = 0; i < shards; ++i) {
      trackers_.emplace_back(registry_, seed + static_cast<std::uint64_t>(i), i == 0);
    }
  }

  Registry& registry() { return registry_; }
  [[nodiscard]] const Registry& registry() const { return registry_; }
  [[nodiscard]] bool active() const { return registry_.active(); }
  /// REQUIRES: the shard's lease, to change something.
  ShardTracker& shard(std::size_t index) { return trackers_[index]; }
  [[nodiscard]] const std::deque<ShardTracker>& shards() const { return trackers_; }
  /// Sends what the shard has gathered. REQUIRES: its lease.
  void send(std::size_t index) {
    auto& tracker = trackers_[index];
    if (tracker.has_pushes()) outlet_.push(tracker.take_pushes());
  }

 private:
  Outlet& outlet_;
  Registry registry_;
  std::deque<ShardTracker> trackers_;
};

}  // namespace countd::tracking
