// The composition root: builds the shards, loads the data set, opens the doors, runs, and stops.
#pragma once

#include <atomic>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "commands/command.h"
#include "config/store.h"
#include "metrics/slow_log.h"
#include "net/clients.h"
#include "net/listener.h"
#include "server/append_only.h"
#include "server/client_pause.h"
#include "server/info.h"
#include "server/invalidations.h"
#include "server/log.h"
#include "server/placement.h"
#include "server/server_log_host.h"
#include "server/snapshots.h"
#include "server/statistics.h"
#include "shard/shard.h"

namespace countd::server {

class Server final : public shard::Peers, public net::Front {
 public:
  Server(config::Store& store, Log& log, std::string executable);
  ~Server() override;

  /// Loads the data set and opens the listeners; an error text, or empty.
  std::string prepare();
  /// Runs until a signal or SHUTDOWN; returns the process's exit code.
  int run();

  // -- for administrative requests; any thread unless said otherwise ----------------------------
  config::Store& store() { return store_; }
  metrics::SlowLog& slow_log() { return slow_log_; }
  Snapshots& snapshots() { return *snapshots_; }
  AppendOnly& append_only() { return *append_only_; }
  shard::LogGate& log_gate() { return *log_gate_; }
  Statistics& statistics() { return *statistics_; }
  Invalidations& invalidations() { return *invalidations_; }
  Log& log() { return log_; }
  [[nodiscard]] Facts facts() const;
  /// Begins the stop: with a snapshot first if `save`. `done(ok)` is called on shard 0's thread
  /// before the connections are closed, or if that snapshot has failed and `force` is off: then
  /// the server goes on.
  void begin_stop(bool save, bool force, std::function<void(bool)> done);
  void for_each_client(const std::function<void(net::Connection&)>& visit,
                       std::function<void()> done);
  ClientPause& pause() { return pause_; }
  void unpause();
  void set_active_expire(bool on);
  void set_gate(shard::Gate gate, bool on);
  /// Every thread sends what it withheld for epochs up to this one. Any thread.
  void release_withheld(std::uint64_t durable);
  /// Every thread closes the connections whose replies it withholds. Any thread.
  void close_withheld();
  shard::Shard& shard(std::size_t index) { return *shards_[index]; }
  [[nodiscard]] std::size_t shards() const { return shards_.size(); }
  std::span<shard::Slice> slices() { return slices_; }
  [[nodiscard]] const shard::SharedState& shared() const { return shared_; }
  [[nodiscard]] storage::Millis now() const { return clock_.now(); }
  /// Makes the sizes of all shards visible. REQUIRES: their leases.
  void publish(std::span<storage::Keyspace* const> keys);

  // -- shard::Peers, net::Front -----------------------------------------------------------------
  void complete(int thread, shard::MailNode& node) override;
  void wake(int thread) override;
  void with_view(net::Connection& connection,
                 const std::function<void(commands::ServerView&)>& use) override;
  void connection_closed(const commands::Session& session) override;
  void redirect(const net::Connection& connection,
                const std::shared_ptr<const tracking::KeyNames>& keys) override {
    invalidations_->redirect(connection, keys);
  }

 private:
  void build_shards();
  [[nodiscard]] std::vector<storage::Keyspace*> keyspaces() const;
  std::string load(std::span<storage::Keyspace* const> keys);
  [[nodiscard]] DatabaseFacts database_facts(int db) const;
  void accept(int descriptor, commands::Session session);
  std::size_t choose_thread();
  /// Listens where `wanted` says, if that is elsewhere.
  std::optional<config::Store::Failure> try_to_listen(const config::Options& before,
                                                      const config::Options& wanted);
  void watch_signals();
  void tell_supervisor(std::string_view state) const;
  void cron();
  void stop_now();
  void tell_stop_waiters(bool ok);
  void resume_clients();
  void options_changed(const config::Options& now, std::span<const std::string_view> names);

  config::Store& store_;
  Log& log_;
  const std::string executable_;
  const std::string run_id_;
  const std::string replication_id_;
  commands::CommandTable table_;
  metrics::SlowLog slow_log_;
  shard::SystemClock clock_;
  shard::SharedState shared_;
  std::vector<shard::Slice> slices_;
  std::vector<std::unique_ptr<shard::Shard>> shards_;
  std::vector<std::unique_ptr<net::Clients>> clients_;
  std::unique_ptr<Invalidations> invalidations_;
  std::unique_ptr<Statistics> statistics_;
  std::unique_ptr<Snapshots> snapshots_;
  std::unique_ptr<shard::LogGate> log_gate_;
  ServerLogHost log_host_{*this};
  std::unique_ptr<AppendOnly> append_only_;
  std::string open_error_;  // why the log could not be opened; prepare() says so
  std::unique_ptr<net::Listener> listener_;
  std::unique_ptr<boost::asio::signal_set> signals_;
  std::unique_ptr<boost::asio::steady_timer> cron_timer_;
  std::vector<std::thread> threads_;
  IdleGauge idle_gauge_;
  int idle_percent_ = 100;
  storage::Millis started_ = 0;
  std::size_t startup_bytes_ = 0;
  std::atomic<int> max_clients_ = 0;
  std::atomic<std::uint64_t> next_client_id_{1};
  std::atomic<int> open_connections_{0};
  ClientPause pause_{shared_.gates};
  // On shard 0's thread: a stop is under way, and who is told how it ends.
  bool stopping_ = false;
  std::vector<std::function<void(bool)>> stop_waiters_;
  int exit_code_ = 0;
};

}  // namespace countd::server
