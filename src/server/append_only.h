// The append log as the server runs it: opened and loaded at the start, fed by the journal,
// rewritten when it has grown, begun anew after a failure, switched on and off.
//
//   off -> joining -> on <-> failed
//
// joining: switched on while it runs; what has been counted before is durable once the first base
// is. failed: a write or a sync failed; writes are refused, and a rewrite is tried until one
// succeeds. Everything here runs on shard 0's thread unless said otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "commands/server_view.h"
#include "journal/journal.h"
#include "persistence/append_log_thread.h"
#include "persistence/log_directory.h"
#include "server/info.h"
#include "server/snapshots.h"
#include "storage/disk/real_disk.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

class Server;

class AppendOnly final : public journal::Reader {
 public:
  explicit AppendOnly(Server& server);
  ~AppendOnly() override;

  // -- before the threads run -------------------------------------------------------------------
  /// Takes the directory's lock and reads its manifest; an error text, or empty.
  std::string open();
  /// The hash seed under which the base was written, or 0.
  std::uint64_t file_seed();
  /// Fills the keyspaces from the log or, where there is none yet, from the snapshot, and begins to
  /// follow them; an error text, or empty.
  std::string load(std::span<storage::Keyspace* const> keys);

  // -- while they run ---------------------------------------------------------------------------
  /// Ten times a second: cuts, rewrites and new attempts that are due.
  void check(storage::Millis now);
  /// After the options have changed. Any thread.
  void options_changed();
  /// Begins a rewrite, or does so once what stands in its way is over. False: one is under way.
  bool rewrite();
  /// Calls `done` once everything that was written until now is durable, or the time is up. Any
  /// thread.
  void when_durable(const commands::DurableWait& wait, std::function<void(bool durable)> done);
  /// Any thread.
  [[nodiscard]] bool on() const { return state_.load() != State::kOff; }
  /// Any thread.
  [[nodiscard]] LogFacts facts() const;

  /// Writes what is left and closes. After the threads have ended.
  void close(std::span<storage::Keyspace* const> keys);

  // -- journal::Reader --------------------------------------------------------------------------
  void take(const journal::FramePtr& frame) override;
  [[nodiscard]] bool ready() const override;

 private:
  enum class State : std::uint8_t { kOff, kJoining, kOn, kFailed };
  /// A base and the log that it is for: that may have been switched off and on since.
  struct Base {
    std::shared_ptr<persistence::AppendLogThread> log;
    storage::log::LogFile file;
  };

  std::string load_log(std::span<storage::Keyspace* const> keys);
  std::string load_snapshot(std::span<storage::Keyspace* const> keys);
  void begin(std::span<storage::Keyspace* const> keys, persistence::AppendLogStart start,
             std::uint64_t next_epoch);
  persistence::AppendLogEvents events();
  [[nodiscard]] persistence::AppendLogTarget target() const;
  [[nodiscard]] persistence::LogPolicy policy() const;
  void push_policy();
  void set_withhold();

  void check_cut(storage::Millis now);
  void check_rewrite(storage::Millis now);
  void cut(std::span<storage::Keyspace* const> keys);
  void begin_rewrite();
  bool cut_for_base(std::span<storage::Keyspace* const> keys, const Base& base);
  void base_written(const Base& base, const persistence::SnapshotResult& result);
  void rewrite_ended(bool ok, const std::string& error);
  [[nodiscard]] bool last_rewrite_ok() const;

  void durable(std::uint64_t epoch);
  void failed(const std::string& error);
  void recovered();
  void release_waiters();

  void switch_on();
  void switch_off();

  Server& server_;
  storage::RealDisk disk_;
  persistence::OpenedLog opened_;
  std::atomic<State> state_{State::kOff};
  std::atomic<std::uint64_t> pushed_epoch_{0};
  std::shared_ptr<persistence::AppendLogThread> thread_;  // changed under mutex_
  std::thread closing_;   // closes a log that was switched off
  bool cut_asked_ = false;
  std::atomic<storage::Millis> last_cut_{0};
  std::atomic<storage::Millis> last_frame_ms_{0};  // from its cut to the disk
  storage::Millis next_attempt_ = 0;

  mutable std::mutex mutex_;  // guards what follows, and thread_
  struct Waiter {
    std::uint64_t epoch;
    storage::Millis deadline;  // 0: none
    bool until_deadline;
    std::function<void(bool durable)> done;
  };
  std::vector<Waiter> waiters_;
  bool rewriting_ = false;
  bool last_rewrite_ok_ = true;
  storage::Millis rewrite_began_ = 0;
  std::int64_t last_rewrite_seconds_ = -1;
};

}  // namespace countd::server
