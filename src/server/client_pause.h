// CLIENT PAUSE: how long, and which commands; the gates that dispatchers look at follow it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "storage/base/time.h"

namespace countd::server {

/// Any thread.
class ClientPause {
 public:
  /// `gates`: bits of shard::Gate.
  explicit ClientPause(std::atomic<std::uint32_t>& gates) : gates_(gates) {}

  /// Until `until`: all commands, or those that write. In place of a pause that is on.
  void begin(storage::Millis until, bool all);
  void end();
  /// Ends a pause whose time is over; true if there was one.
  bool end_if_due(storage::Millis now);

 private:
  void open_gates();

  std::atomic<std::uint32_t>& gates_;
  std::mutex mutex_;
  storage::Millis until_ = 0;  // 0: there is none
};

}  // namespace countd::server
