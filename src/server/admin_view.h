// The server as one administrative request sees it: commands::ServerView over Server and the
// connection that asks.
#pragma once

#include "commands/server_view.h"
#include "net/connection.h"

namespace countd::server {

class Server;

class AdminView final : public commands::ServerView {
 public:
  AdminView(Server& server, net::Connection& connection)
      : server_(server), connection_(connection) {}

  commands::Session& session() override;
  std::shared_ptr<commands::DeferredReply> defer(commands::Reply& reply) override;
  config::Store& config() override;
  metrics::SlowLog& slow_log() override;
  std::string info(const std::vector<std::string>& sections) override;
  void reset_statistics() override;
  bool start_snapshot(std::function<void(bool, std::string)> done) override;
  commands::SnapshotStatus snapshot_status() override;
  bool rewrite_log() override;
  [[nodiscard]] bool log_on() const override;
  void when_durable(const commands::DurableWait& wait, std::function<void(bool)> done) override;
  bool unblock_client(std::uint64_t id, bool refuse) override;
  void reload(std::function<void(bool, std::string)> done) override;
  void shutdown(commands::ShutdownSave save, bool force, std::function<void(bool)> done) override;
  void for_each_client(std::function<void(commands::ClientRef&)> visit,
                       std::function<void()> done) override;
  std::optional<int> thread_of_client(std::uint64_t id) override;
  void tracking_changed() override;
  void pause_clients(storage::Millis until, bool all) override;
  void unpause_clients() override;
  void set_active_expire(bool on) override;
  void set_peak_memory_reset() override;

 private:
  Server& server_;
  net::Connection& connection_;
};

}  // namespace countd::server
