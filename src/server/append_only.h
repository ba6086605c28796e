// The append log as it runs: fed by the journal, begun anew after a failure, switched on and off.
//
//   off -> joining -> on <-> failed
//
// joining: switched on while it runs; what has been counted before is durable once the first base
// is. failed: a write or a sync failed, perhaps in the life before; writes are refused, and a
// rewrite is tried until one succeeds. Knows the server only as a LogHost; runs on shard 0's thread
// unless said otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "journal/journal.h"
#include "server/durable_waits.h"
#include "server/info.h"
#include "server/log_host.h"
#include "server/log_opening.h"
#include "server/log_rewrites.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

class AppendOnly final : public journal::Reader {
 public:
  explicit AppendOnly(LogHost& host);
  ~AppendOnly() override;

  /// The directory's lock and what was found there.
  LogOpening& opening() { return opening_; }
  /// Goes on where `opening` says. Before the threads run.
  void begin(std::span<storage::Keyspace* const> keys);
  /// Ten times a second: cuts, rewrites and new attempts that are due.
  void check();
  /// Writes what is left, a new base where the log is incomplete, and closes. After the threads
  /// have ended.
  void close(std::span<storage::Keyspace* const> keys);

  // -- any thread -------------------------------------------------------------------------------
  /// The options have changed: as they say, the log is switched on or off.
  void options_changed();
  /// Begins a rewrite, or does so once what stands in its way is over. False: one is under way.
  bool rewrite();
  /// Calls `done` once everything that was written until now is durable, or the time is up.
  void when_durable(const commands::DurableWait& wait, DurableWaits::Done done);
  /// Ends a client's wait, see DurableWaits::end.
  bool unblock(std::uint64_t client, bool refuse);
  [[nodiscard]] std::size_t waiting() const { return waits_.size(); }
  [[nodiscard]] bool on() const { return state_.load() != State::kOff; }
  [[nodiscard]] LogFacts facts() const;

  // -- journal::Reader --------------------------------------------------------------------------
  void take(const journal::FramePointer& frame) override;
  [[nodiscard]] bool ready() const override;

 private:
  enum class State : std::uint8_t { kOff, kJoining, kOn, kFailed };

  void start(persistence::AppendLogStart start, std::uint64_t next_epoch);
  void begin_journal(std::span<storage::Keyspace* const> keys, std::uint64_t next_epoch);
  persistence::AppendLogEvents events();
  [[nodiscard]] std::shared_ptr<persistence::LogWorker> worker() const;
  void apply_options();
  [[nodiscard]] bool always() const;
  void set_withhold();

  void check_cut();
  void check_kept();
  void refuse_writes();  // REQUIRES: mutex_ is held
  void cut(std::span<storage::Keyspace* const> keys);

  void durable(std::uint64_t epoch);
  void failed(const std::string& error);
  void recovered();
  bool change_state(State to);

  void switch_on();
  void switch_off();
  void tell_rest(std::span<storage::Keyspace* const> keys);
  void close_aside(persistence::LogWorker& log);
  void complete(const std::shared_ptr<persistence::LogWorker>& log,
                std::span<storage::Keyspace* const> keys);
  void end(std::span<storage::Keyspace* const> keys);

  LogHost& host_;
  LogOpening opening_;
  LogRewrites rewrites_;
  DurableWaits waits_;
  std::atomic<State> state_{State::kOff};     // changed under mutex_ while a log is there
  std::atomic<std::uint64_t> generation_{0};  // of the log: one more when it is switched off
  std::atomic<std::uint64_t> pushed_epoch_{0};
  std::thread closing_;  // closes a log that was switched off
  bool cut_asked_ = false;
  std::atomic<bool> behind_{false};  // shards keep more than they may
  std::atomic<storage::Millis> last_cut_{0};
  std::atomic<storage::Millis> last_frame_ms_{0};  // from its cut to the disk

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<persistence::LogWorker> worker_;
};

}  // namespace countd::server
