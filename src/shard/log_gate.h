// What the log asks of the threads: to cut the journal in time, and, with `appendfsync always`, to
// keep back every reply that shows what is not durable yet.
//
// A wave that is done waits for the epoch that everything until then is told by, its reads
// included, since they may show what others have just written. With no writes about there is
// nothing to wait for.
//
// Once the log has failed nobody can say whether the writes that it was not told of in time will
// last: a wave that wrote and is done only now is not answered, as its reply could be wrong.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "journal/journal.h"

namespace countd::shard {

class LogGate {
 public:
  explicit LogGate(std::size_t shards, std::size_t small_cut = journal::Journal::kSmallCut)
      : journal_(shards, small_cut) {}

  journal::Journal& journal() { return journal_; }
  [[nodiscard]] const journal::Journal& journal() const { return journal_; }

  // -- any thread -------------------------------------------------------------------------------
  /// Whether replies are kept back until their epoch is durable.
  void withhold(bool on) { withhold_.store(on); }
  /// The log has failed where replies would be kept back. Said before `withhold(false)` and unsaid
  /// after `withhold(true)`.
  void set_failed(bool on) { failed_.store(on); }
  [[nodiscard]] bool withholds() const { return withhold_.load(std::memory_order_relaxed); }
  /// Replies that are kept back, of all threads.
  void count_waiting(std::ptrdiff_t more) {
    waiting_.fetch_add(static_cast<std::size_t>(more), std::memory_order_relaxed);
  }
  [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  /// Everything up to this epoch is durable.
  void set_durable(std::uint64_t epoch) { durable_.store(epoch); }
  [[nodiscard]] std::uint64_t durable() const { return durable_.load(); }
  /// The epoch that a reply given now has to wait for; 0: none.
  [[nodiscard]] std::uint64_t must_wait_for() const {
    if (!withhold_.load(std::memory_order_acquire)) return 0;
    const std::uint64_t told = journal_.told_until();
    return told > durable_.load() ? told : 0;
  }
  /// A wave that is done, has nothing to wait for and has written must not be answered.
  [[nodiscard]] bool must_close(bool wrote) const { return wrote && failed_.load(); }
  /// True once for each cut that is wanted at once: whoever is told so makes it, and calls
  /// `cut_made`.
  bool claim_cut() { return can_commit() && !claimed_.exchange(true); }
  [[nodiscard]] bool can_commit() const {
    return withholds() && journal_.dirty() && journal_.ready();
  }
  void cut_made() { claimed_.store(false); }
  /// An interval has become so large that it should be cut before its time.
  void set_crowded(bool crowded) { crowded_.store(crowded, std::memory_order_relaxed); }
  [[nodiscard]] bool crowded() const { return crowded_.load(std::memory_order_relaxed); }

 private:
  journal::Journal journal_;
  std::atomic<bool> withhold_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> claimed_{false};
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> crowded_{false};
  std::atomic<std::uint64_t> durable_{0};
};

}  // namespace countd::shard
