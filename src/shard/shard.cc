#include "shard/shard.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

namespace countd::shard {
namespace {

constexpr std::int64_t kWindowNs = 100'000'000;

}  // namespace

Shard::Shard(int index, std::span<Slice> slices, SharedState& shared, config::Store& store,
             Peers& peers)
    : index_(index),
      slices_(slices),
      peers_(peers),
      shared_(shared),
      store_(store),
      // One thread runs it; others only post.
      context_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      metrics_(shared.table->count()),
      executor_(shared, metrics_, index),
      turn_(index, slices, executor_, peers, metrics_),
      dispatcher_(shared, turn_, executor_, metrics_, shared.gates),
      log_turn_(shared.log, *shared.clock),
      upkeep_(turn_, executor_, shared, index) {
  begin_turn();
}

void Shard::run() {
  const auto work = boost::asio::make_work_guard(context_);
  window_began_ = shared_.clock->nanoseconds();
  while (!stopping_.load(std::memory_order_relaxed)) {
    begin_turn();
    before_poll_();
    const bool idle = poll_ready() == 0;
    const bool more = end_turn();
    const bool upkeep_more = upkeep_.run(idle && !more);
    if (idle) before_poll_();
    if (idle && !more && !upkeep_more) {
      sleep();
    } else if (!idle && executor_.now() >= next_note_ms_) {
      note_busy(0);
    }
  }
}

// Few connections can only be ready once each, which bounds a turn; many are taken in portions.
std::size_t Shard::poll_ready() {
  if (metrics_.connections.get() <= kFewConnections) return context_.poll();
  std::size_t ready = 0;
  while (ready < kMaxReady && context_.poll_one() != 0) ++ready;
  return ready;
}

void Shard::begin_turn() { executor_.begin_turn(store_.current(), shared_.clock->now()); }

bool Shard::end_turn() {
  metrics_.turns.add(1);
  bool more = turn_.finish(completions_.take_all());
  if (log_turn_.commit_is_due()) [[unlikely]] {
    turn_.check_out_all([this](std::span<storage::Keyspace* const> keys) {
      log_turn_.cut(keys, executor_.now());
      wake_for_parts();
    });
    more |= turn_.finish(nullptr);
  }
  return more || log_turn_.gathering();
}

// A commit that is too large to be handed over on the spot needs every shard that has a part in it.
void Shard::wake_for_parts() {
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    if (shared_.log->journal().part_open(i)) peers_.wake(static_cast<int>(i));
  }
}

// The order matters: say asleep, then look. Who pushes afterwards sees the word and wakes us.
void Shard::sleep() {
  asleep_.store(true);
  if (completions_.empty() && !turn_.home_is_due() && !stopping_.load()) {
    const std::int64_t began = shared_.clock->nanoseconds();
    waking_ = true;
    context_.run_one_for(std::chrono::milliseconds(upkeep_.next_ms()));
    waking_ = false;
    note_busy(shared_.clock->nanoseconds() - began);
  }
  asleep_.store(false);
}

void Shard::note_busy(std::int64_t slept) {
  window_slept_ += slept;
  const std::int64_t now = shared_.clock->nanoseconds();
  const std::int64_t window = now - window_began_;
  if (window < kWindowNs) return;
  busy_percent_.store(
      static_cast<int>(100 - std::min<std::int64_t>(100, window_slept_ * 100 / window)),
      std::memory_order_relaxed);
  window_began_ = now;
  next_note_ms_ = executor_.now() + kWindowNs / 1'000'000;
  window_slept_ = 0;
}

void Shard::stop() {
  stopping_.store(true);
  boost::asio::post(context_, [] {});
}

void Shard::post(std::function<void()> work) { boost::asio::post(context_, std::move(work)); }

void Shard::complete(MailNode& node) {
  completions_.push(node);
  wake();
}

void Shard::wake() {
  if (asleep_.exchange(false)) boost::asio::post(context_, [] {});
}

}  // namespace countd::shard
