// Who tracks, on all threads, and which prefixes are broadcast to whom. Any thread.
//
// A change is in force for every request that begins after the call has returned: shards look at
// `active` and `version` each time they run something.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tracking/settings.h"

namespace countd::tracking {

/// One prefix and who hears of every key that begins with it.
struct Broadcast {
  std::string prefix;
  std::vector<Reader> readers;
};
using Broadcasts = std::vector<Broadcast>;

class Registry {
 public:
  /// The client tracks as `settings` say, or no longer.
  void update(const Reader& client, const Settings& settings);
  /// Somebody tracks.
  [[nodiscard]] bool active() const { return active_.load(std::memory_order_acquire); }
  /// Grows with every change of the broadcasts.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// Never null.
  [[nodiscard]] std::shared_ptr<const Broadcasts> broadcasts() const;
  [[nodiscard]] std::size_t clients() const;
  [[nodiscard]] std::size_t prefixes() const { return broadcasts()->size(); }

 private:
  bool forget_prefixes(std::uint64_t client);
  void publish();

  std::atomic<bool> active_{false};
  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex mutex_;  // guards what follows
  std::set<std::uint64_t> clients_;
  std::map<std::string, std::map<std::uint64_t, Reader>> prefixes_;
  std::shared_ptr<const Broadcasts> broadcasts_ = std::make_shared<Broadcasts>();
};

}  // namespace countd::tracking
