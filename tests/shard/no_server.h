// A ServerView without a server: what a test needs of one, it overrides.
#pragma once

#include <stdexcept>

#include "commands/server_view.h"

namespace countd::test {

/// Callers behind which no server stands can ask for nothing but what needs none.
class NoServer : public commands::ServerView {
 public:
  commands::Session& session() override { throw std::logic_error("no server"); }
  std::shared_ptr<commands::DeferredReply> defer(commands::Reply&) override { return nullptr; }
  config::Store& config() override { throw std::logic_error("no server"); }
  metrics::SlowLog& slow_log() override { throw std::logic_error("no server"); }
  std::string info(const std::vector<std::string>&) override { return "info"; }
  void reset_statistics() override {}
  bool start_snapshot(std::function<void(bool, std::string)>) override { return false; }
  commands::SnapshotStatus snapshot_status() override { return {}; }
  bool rewrite_log() override { return false; }
  [[nodiscard]] bool log_on() const override { return false; }
  void when_durable(const commands::DurableWait&, std::function<void(bool)>) override {}
  void reload(std::function<void(bool, std::string)>) override {}
  bool unblock_client(std::uint64_t, bool) override { return false; }
  void shutdown(commands::ShutdownSave, bool, std::function<void(bool)>) override {}
  void for_each_client(std::function<void(commands::ClientRef&)>, std::function<void()>) override {}
  std::optional<int> thread_of_client(std::uint64_t) override { return std::nullopt; }
  void tracking_changed() override {}
  void pause_clients(storage::Millis, bool) override {}
  void unpause_clients() override {}
  void set_active_expire(bool) override {}
  void set_peak_memory_reset() override {}
};

}  // namespace countd::test
