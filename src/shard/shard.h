// A shard: one thread with its event loop, its slice of the keyspace and its mailbox.
//
// The loop is its own: run what is ready (at most 64 completions), end the turn, do a bounded
// piece of upkeep, and sleep only when nothing is pending. To sleep it says so, looks again, and
// polls; who has work for it wakes it only if it was the one that found it asleep.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "config/store.h"
#include "metrics/thread_metrics.h"
#include "shard/clock.h"
#include "shard/dispatcher.h"
#include "shard/executor.h"
#include "shard/log_turn.h"
#include "shard/peers.h"
#include "shard/slice.h"
#include "shard/turn.h"
#include "shard/upkeep.h"

namespace countd::shard {

class Shard {
 public:
  Shard(int index, std::span<Slice> slices, SharedState& shared, config::Store& store,
        Peers& peers);

  /// Runs the loop on the calling thread until stop().
  void run();
  /// From any thread.
  void stop();
  /// `start` runs on the loop before each look at what is ready. Before run() or on the loop.
  void before_poll(std::function<void()> start) { before_poll_ = std::move(start); }
  /// A completion begins: after a sleep the turn's time is old. Called by what runs on the loop.
  void enter() {
    if (waking_) begin_turn();
    waking_ = false;
  }
  /// A request may have changed the options: the turn goes on with what they are now.
  void follow_options() { executor_.begin_turn(store_.current(), executor_.now()); }
  /// Runs `work` on this shard's thread, soon; from any thread.
  void post(std::function<void()> work);
  void complete(MailNode& node);
  void wake();
  /// Every shard that has a part of the journal's cut to hand over is woken. On this thread.
  void wake_for_parts();

  [[nodiscard]] int index() const { return index_; }
  boost::asio::io_context& context() { return context_; }
  Turn& turn() { return turn_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Executor& executor() { return executor_; }
  Upkeep& upkeep() { return upkeep_; }
  [[nodiscard]] LogGate* log() { return shared_.log; }
  metrics::ThreadMetrics& metrics() { return metrics_; }
  [[nodiscard]] const metrics::ThreadMetrics& metrics() const { return metrics_; }
  /// The share of the last tenth of a second that the loop was not asleep, in percent.
  [[nodiscard]] int busy_percent() const { return busy_percent_.load(std::memory_order_relaxed); }

 private:
  std::size_t poll_ready();
  void begin_turn();
  bool end_turn();
  void sleep();
  void note_busy(std::int64_t slept);

  static constexpr std::size_t kMaxReady = 64;
  static constexpr std::size_t kFewConnections = 128;

  const int index_;
  std::span<Slice> slices_;
  Peers& peers_;
  SharedState& shared_;
  config::Store& store_;
  boost::asio::io_context context_;
  metrics::ThreadMetrics metrics_;
  Executor executor_;
  Turn turn_;
  Dispatcher dispatcher_;
  LogTurn log_turn_;
  Upkeep upkeep_;
  Mailbox completions_;
  std::atomic<bool> asleep_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<int> busy_percent_{0};
  std::function<void()> before_poll_ = [] {};
  bool waking_ = false;
  storage::Millis next_note_ms_ = 0;
  std::int64_t window_began_ = 0;
  std::int64_t window_slept_ = 0;
};

}  // namespace countd::shard
