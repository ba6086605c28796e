// The server as the append log's host.
#pragma once

#include <utility>

#include "server/log_host.h"
#include "storage/disk/real_disk.h"

namespace countd::server {

class Server;

class ServerLogHost final : public LogHost {
 public:
  explicit ServerLogHost(Server& server) : server_(server) {}

  [[nodiscard]] const config::Options& options() const override;
  [[nodiscard]] storage::Millis now() const override;
  [[nodiscard]] storage::Millis steady_now() const override;
  storage::Disk& disk() override { return disk_; }
  shard::LogGate& gate() override;
  void notice(std::string_view text) override;
  void warning(std::string_view text) override;
  void post(std::function<void()> work) override;
  void release_withheld(std::uint64_t durable) override;
  void close_withheld() override;
  void refuse_writes(bool on) override;
  void check_out_all(WithAll run) override;
  void wake_for_parts() override;
  void start_base(BaseJob job) override;
  std::thread run_aside(std::function<void()> work) override {
    return std::thread{std::move(work)};
  }
  persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                         std::span<storage::Keyspace* const> keys) override;
  std::unique_ptr<persistence::LogWorker> make_worker(persistence::AppendLogStart start,
                                                      persistence::AppendLogEvents events) override;

 private:
  Server& server_;
  storage::RealDisk disk_;
};

}  // namespace countd::server
