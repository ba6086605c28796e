// A server for the append log that is nothing but some keyspaces, a disk and a clock: posted work
// and the log's own steps run when the test says so.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/log_host.h"
#include "tests/persistence/crash_disk.h"

namespace countd::test {

class FakeLogHost final : public server::LogHost {
 public:
  explicit FakeLogHost(std::size_t shards = 2);
  ~FakeLogHost() override;

  [[nodiscard]] const config::Options& options() const override { return settings; }
  [[nodiscard]] storage::Millis now() const override { return time; }
  [[nodiscard]] storage::Millis steady_now() const override { return steady; }
  storage::Disk& disk() override { return files; }
  shard::LogGate& gate() override { return gate_; }
  void notice(std::string_view text) override { said.append(text).append("\n"); }
  void warning(std::string_view text) override { said.append("# ").append(text).append("\n"); }
  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  void release_withheld(std::uint64_t durable) override { released = durable; }
  void close_withheld() override { ++closed; }
  void refuse_writes(bool on) override { refuses = on; }
  void check_out_all(WithAll run) override { run(keys()); }
  void wake_for_parts() override {}
  void start_base(server::BaseJob job) override { bases_.push_back(std::move(job)); }
  /// At once: the disk is one thread's.
  std::thread run_aside(std::function<void()> work) override {
    if (before_aside) before_aside();
    work();
    return {};
  }
  persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                         std::span<storage::Keyspace* const> keys) override;
  std::unique_ptr<persistence::LogWorker> make_worker(persistence::AppendLogStart start,
                                                      persistence::AppendLogEvents events) override;

  [[nodiscard]] std::span<storage::Keyspace* const> keys() const { return keys_; }
  void set(std::string_view key, std::int64_t value);
  void remove(std::string_view key);
  /// What a shard's upkeep does: says how much it keeps for the log.
  void publish_kept();
  /// The counter's value; nullopt: it is not there.
  std::optional<std::int64_t> get(std::string_view key);
  void clear();

  /// Runs what was posted and what the log has to do, until nothing is left.
  void run();
  /// Drops what is still to be done for somebody who is gone.
  void forget_former_life() {
    posted_.clear();
    bases_.clear();
  }
  /// Only what the log has to do.
  void run_log();
  /// Writes the bases that wait, or lets them fail.
  void write_bases();
  void fail_bases(const std::string& error);
  void fail_first_base(const std::string& error);
  /// They are cut, and nobody writes them: the server has ended.
  void lose_bases();
  [[nodiscard]] std::size_t bases_waiting() const { return bases_.size(); }

  config::Options settings;
  storage::Millis time = 1'700'000'000'000;
  CrashDisk files{1};
  storage::Millis steady = 5'000'000;
  std::function<void()> before_aside;
  std::string said;
  persistence::SnapshotTarget base_target;  // of the last base that was written
  std::uint64_t released = 0;
  int closed = 0;
  bool refuses = false;

 private:
  class Worker;

  storage::Keyspace& of(std::string_view key);

  shard::LogGate gate_;
  std::vector<std::unique_ptr<storage::Keyspace>> owned_;
  std::vector<storage::Keyspace*> keys_;
  std::deque<std::function<void()>> posted_;
  std::deque<server::BaseJob> bases_;
  Worker* worker_ = nullptr;
};

}  // namespace countd::test
