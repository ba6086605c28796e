// Clients that wait until what was written is durable (WAITAOF).
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "commands/server_view.h"
#include "storage/base/time.h"

namespace countd::server {

/// Any thread. Times are those of a clock that nobody sets.
class DurableWaits {
 public:
  using Done = std::function<void(bool durable)>;

  /// Calls `done` from a later `settle`.
  void add(std::uint64_t epoch, const commands::DurableWait& wait, storage::Millis now, Done done);
  /// Answers those whose epoch is durable, and those whose time is up.
  void settle(std::uint64_t durable, storage::Millis now);
  /// Answers all that it is not durable.
  void give_up();
  /// Ends the wait of one client: refused, or as if its time were up. False: it does not wait.
  bool end(std::uint64_t client, std::uint64_t durable, bool refuse);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Waiter {
    std::uint64_t epoch;
    storage::Millis deadline;  // 0: none
    commands::DurableWait wait;
    Done done;
  };

  mutable std::mutex mutex_;
  std::vector<Waiter> waiters_;
};

}  // namespace countd::server
