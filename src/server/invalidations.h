// Client-side caching across threads: which thread a client lives on, and the way there for what it
// is to hear.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "net/clients.h"
#include "server/info.h"
#include "shard/shard.h"
#include "tracking/tracking.h"

namespace countd::server {

class Invalidations final : public tracking::Outlet {
 public:
  /// One shard and one register of connections a thread; both outlive this.
  Invalidations(std::span<const std::unique_ptr<shard::Shard>> shards,
                std::span<const std::unique_ptr<net::Clients>> clients, std::uint64_t seed);

  tracking::Tracking& tracking() { return tracking_; }

  // -- any thread -------------------------------------------------------------------------------
  void connected(std::uint64_t client, int thread);
  void closed(const commands::Session& session);
  [[nodiscard]] std::optional<int> thread_of(std::uint64_t client) const;
  void push(std::vector<tracking::Push> pushes) override;
  [[nodiscard]] TrackingFacts facts() const;

  // -- the connection's thread ------------------------------------------------------------------
  /// What its session says of tracking is in force from now on.
  void changed(const commands::Session& session, int thread);
  void redirect(const net::Connection& from, const std::shared_ptr<const tracking::KeyNames>& keys);

 private:
  std::span<const std::unique_ptr<shard::Shard>> shards_;
  std::span<const std::unique_ptr<net::Clients>> clients_;
  tracking::Tracking tracking_;
  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<std::uint64_t, int> threads_;
};

}  // namespace countd::server
