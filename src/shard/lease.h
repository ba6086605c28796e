// The lease: the right to touch one shard's data, held by one thread at a time.
//
// One word {holder | free, PENDING}. Everyone, the home thread included, takes it by
// compare-and-swap for at most one turn. Who fails puts work into the shard's mailbox and
// announces it: PENDING makes the holder's release fail, so the holder drains first. Nobody waits
// and nothing is lost: work is in the mailbox before PENDING is set, and whoever clears PENDING
// drains afterwards.
//
// All operations are sequentially consistent on the word itself. The word is a template over its
// atomic, so that a test can explore every interleaving.
#pragma once

#include <atomic>
#include <cstdint>

namespace countd::shard {

/// A thread as leases name it: its index + 1; 0 is nobody.
using Holder = std::uint32_t;
inline constexpr Holder kNobody = 0;

template <template <class> class Atomic = std::atomic>
class Lease {
 public:
  /// Takes the lease if it is free. The taker must drain the mailbox before it releases.
  bool try_take(Holder me) {
    std::uint32_t word = word_.load();
    while (holder_of(word) == kNobody) {
      if (word_.compare_exchange_strong(word, me << 1)) return true;
    }
    return false;
  }

  /// Says that the mailbox has new work. True: the lease was free and is now the caller's, who
  /// must drain. False: its holder will drain.
  bool announce(Holder me) {
    const std::uint32_t before = word_.fetch_or(kPending);
    return holder_of(before) == kNobody && try_take(me);
  }

  /// Gives the lease back. False: work was announced meanwhile (the mark is taken off): drain and
  /// call again. REQUIRES: held by `me`.
  bool release(Holder me) {
    std::uint32_t expected = me << 1;
    if (word_.compare_exchange_strong(expected, kNobody)) return true;
    word_.fetch_and(~kPending);
    return false;
  }

  /// Hands the lease to another thread; announced work stays announced. REQUIRES: held by the
  /// caller, and the caller tells `to`.
  void pass(Holder to) {
    std::uint32_t word = word_.load();
    while (!word_.compare_exchange_strong(word, (to << 1) | (word & kPending))) {
    }
  }

  [[nodiscard]] Holder holder() const { return holder_of(word_.load()); }

 private:
  static constexpr std::uint32_t kPending = 1;
  static constexpr Holder holder_of(std::uint32_t word) { return word >> 1; }

  Atomic<std::uint32_t> word_{0};
};

}  // namespace countd::shard
