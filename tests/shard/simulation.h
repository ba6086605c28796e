// Several threads' turns on one thread of the operating system: slices, executors, turns and
// dispatchers as a server has them, with stand-ins for threads, sockets and time.
//
// A seed decides which thread turns next. While a thread holds a lease (the executor reads the
// clock), hands a lease over or wakes another, further threads may turn "meanwhile", nested in the
// call, so that leases are found taken and batches do wait in mailboxes. Who is not woken does not
// turn: a wake-up that is missing shows as callers that never get their replies.
//
// Every write is checked against the lease: the thread that runs must be its holder.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/session.h"
#include "config/options.h"
#include "shard/dispatcher.h"
#include "shard/executor.h"
#include "shard/slice.h"
#include "shard/turn.h"
#include "storage/base/random.h"
#include "storage/keyspace/effects.h"
#include "tests/support/words.h"

namespace countd::test {

/// Stands still, or moves by `step_ns` with every look at it.
class SettableClock : public shard::Clock {
 public:
  [[nodiscard]] storage::Millis now() const override { return now_ms; }
  [[nodiscard]] std::int64_t nanoseconds() const override {
    if (on_look) on_look();
    return now_ns += step_ns;
  }

  storage::Millis now_ms = 1'700'000'000'000;
  mutable std::int64_t now_ns = 0;
  std::int64_t step_ns = 0;
  std::function<void()> on_look;
};

class Simulation;

/// A client of one thread. Its waves go one after the other, as a connection's do.
class Caller final : public shard::WaveOwner {
 public:
  Caller(Simulation& simulation, int thread) : simulation_(simulation), thread_(thread) {}

  void queue(std::vector<Words> wave) { waves_.push_back(std::move(wave)); }
  [[nodiscard]] bool idle() const { return wave_ == nullptr && !held; }
  [[nodiscard]] bool done() const { return idle() && waves_.empty(); }
  [[nodiscard]] int thread() const { return thread_; }
  /// Dispatches the next wave.
  void start();
  /// Goes on after a pause.
  void resume();

  /// Replies in order of the requests; what CLIENT REPLY keeps back is not among them.
  std::vector<std::string> replies;
  commands::Session session;
  /// Called with each wave's replies, and when it was begun and ended.
  std::function<void(const std::vector<Words>& wave, std::uint64_t began, std::uint64_t ended)>
      on_done;
  std::function<void(const std::vector<Words>& wave)> on_barrier;
  bool paused = false;
  bool wrote = false;  // the wave that is done may have changed something
  bool held = false;   // its replies are kept back: the next wave does not begin

  void wave_idle(shard::Wave& wave) override;
  void wave_done(shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas) override;
  void describe(metrics::SlowLogEntry& entry) const override { entry.peer = "caller"; }

 private:
  void go_on();

  Simulation& simulation_;
  const int thread_;
  std::deque<std::vector<Words>> waves_;
  std::vector<Words> requests_;  // of the wave under way
  std::size_t next_ = 0;
  std::optional<shard::Request> barrier_;
  shard::Wave* wave_ = nullptr;
  std::uint64_t began_ = 0;
};

class Simulation final : public shard::Peers {
 public:
  explicit Simulation(int threads, std::uint64_t seed = 1, int databases = 16);
  ~Simulation() override;

  Caller& add_caller(int thread);
  /// One request of a caller of its own wave; the reply.
  std::string call(Caller& caller, std::string_view line);
  /// One wave; the replies.
  std::vector<std::string> call_all(Caller& caller, std::vector<std::string_view> lines);

  /// One turn of the thread: its callers begin waves (all that can, or some of them), and it ends.
  void turn(int thread, bool all_callers = true);
  /// Turns threads in random order until every caller is done; false if that never happens.
  bool run_to_the_end();
  /// From now on other threads may turn while one holds a lease.
  void interleave() { interleaved_ = true; }

  /// Counts events: a moment in the order of all that happens.
  std::uint64_t tick() { return ++ticks_; }

  void complete(int thread, shard::MailNode& node) override;
  void wake(int thread) override;

  struct Thread {
    Thread(Simulation& simulation, int index);
    metrics::ThreadMetrics metrics;
    shard::Executor executor;
    shard::Turn turn;
    shard::Dispatcher dispatcher;
    std::deque<shard::MailNode*> completions;
    bool woken = false;
    bool more = false;
  };

  commands::CommandTable table;
  metrics::SlowLog slow_log;
  SettableClock clock;
  shard::SharedState shared;
  config::Options options;
  std::atomic<std::uint32_t> gates{0};
  std::vector<shard::Slice> slices;
  std::deque<Thread> threads;
  std::deque<Caller> callers;
  std::uint64_t strangers = 0;  // writes by a thread that did not hold the lease
  std::uint64_t nested_turns = 0;

  // More that happens: a thread has begun its turn, or has finished it but still runs; threads that
  // are no shard's may work.
  std::function<void(int thread)> on_turn;
  std::function<void(int thread)> after_turn;
  std::function<void()> beside;

 private:
  class LeaseWatch;

  void meanwhile();
  [[nodiscard]] bool can_turn(int thread) const;
  [[nodiscard]] bool runs(int thread) const;

  storage::Random random_;
  std::vector<int> running_;  // nested, the innermost last
  std::vector<std::unique_ptr<LeaseWatch>> watches_;
  bool interleaved_ = false;
  std::uint64_t ticks_ = 0;
};

}  // namespace countd::test
