// Every interleaving of three threads over the lease's protocol: the home of a shard and two
// others. The lease is the server's own, over an atomic whose every operation is a step of the
// exploration; around it stands the protocol as a turn uses it, on a mailbox of numbers.
#include "shard/lease.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/shard/interleavings.h"

using countd::shard::Holder;
using countd::shard::kNobody;
using countd::shard::Lease;

namespace {

constexpr int kHome = 0;
constexpr int kThreads = 3;
constexpr std::uint8_t kGrant = 0x80;  // in a node: the lease itself is asked for
constexpr std::uint64_t kMore = 0x100;

/// What the three threads share. `wrong` is set by the first step that finds a rule broken.
struct Slice {
  std::uint32_t word = 0;
  std::string mailbox;  // nodes in order of arrival
  std::string inbox;    // taken, not run
  std::string ran;      // in order
  std::array<bool, kThreads> granted{};
  bool home_woken = false;
  bool passed_home = false;  // the lease was handed over to be drained, not granted
  int working = 0;           // threads that have ended all but their waiting
  const char* wrong = nullptr;

  void encode(std::string& to) const {
    to.append(reinterpret_cast<const char*>(&word), sizeof word);
    for (const auto* text : {&mailbox, &inbox, &ran}) {
      to.push_back(static_cast<char>(text->size()));
      to += *text;
    }
    for (const bool grant : granted) to.push_back(grant ? 1 : 0);
    to.push_back(home_woken ? 1 : 0);
    to.push_back(passed_home ? 1 : 0);
    to.push_back(static_cast<char>(working));
    to.push_back(wrong != nullptr ? 1 : 0);
  }
  [[nodiscard]] bool held_by(Holder me) const { return word >> 1 == me; }
};

using Explorer = countd::test::Interleavings<Slice>;
using Thread = Explorer::Thread;

// The thread whose program runs: the lease's atomic is default-constructed and knows no other way.
Thread* running = nullptr;

template <class T>
class StepAtomic {
 public:
  explicit StepAtomic(T) {}
  T load() const {
    return static_cast<T>(running->step([](Slice& slice) { return slice.word; }));
  }
  bool compare_exchange_strong(T& expected, T desired) {
    const auto before = static_cast<T>(running->step([&](Slice& slice) {
      const auto old = slice.word;
      if (old == expected) slice.word = desired;
      return old;
    }));
    if (before == expected) return true;
    expected = before;
    return false;
  }
  T fetch_or(T bits) {
    return static_cast<T>(running->step([&](Slice& slice) {
      const auto old = slice.word;
      slice.word |= bits;
      return old;
    }));
  }
  T fetch_and(T bits) {
    return static_cast<T>(running->step([&](Slice& slice) {
      const auto old = slice.word;
      slice.word &= bits;
      return old;
    }));
  }
};

/// One thread's part of the protocol, as in turn.cc.
class Participant {
 public:
  Participant(Thread& thread, int drain_rounds)
      : thread_(thread), me_(static_cast<Holder>(thread.index()) + 1), drain_rounds_(drain_rounds) {
    running = &thread;
  }

  /// Runs `node` in place, or leaves it in the mailbox.
  void flush(char node) {
    if (lease_.try_take(me_)) {
      if (!drain()) {
        run(node);
        return release();
      }
      // Handed to a check-out: the node goes the other way.
    }
    push(node);
    if (lease_.announce(me_)) release();
  }

  /// Takes the lease for longer than a turn, works, and gives it back.
  void check_out(char node) {
    if (!(lease_.try_take(me_) && !drain())) {
      push(static_cast<char>(static_cast<std::uint8_t>(me_) | kGrant));
      if (lease_.announce(me_)) release();
      wait_for_grant();
    }
    run(node);
    release();
  }

  /// The home's loop at its end: sleeps, and drains when the lease is handed to it.
  void tend_home() {
    done_working();
    for (;;) {
      thread_.wait([](const Slice& s) { return s.home_woken || s.working == kThreads; });
      const auto due = thread_.step([this](Slice& s) {
        s.home_woken = false;
        return home_is_due(s) ? 1 : s.working == kThreads ? 2 : 0;
      });
      if (due == 1) release();
      if (due == 2) return;
    }
  }
  void done_working() {
    thread_.step([](Slice& s) { return static_cast<std::uint64_t>(++s.working); });
  }

 private:
  void push(char node) {
    thread_.step([node](Slice& s) {
      s.mailbox.push_back(node);
      return 0u;
    });
  }

  void run(char node) {
    thread_.also([this, node](Slice& s) { run_in(s, node); });
  }
  void run_in(Slice& s, char node) {
    if (!s.held_by(me_)) s.wrong = "a node was run without the lease";
    s.ran.push_back(node);
  }

  // True: the lease has been handed over.
  bool drain() {
    std::uint64_t node = 0;
    do {
      node = thread_.step([this](Slice& s) { return take_and_run(s); });
    } while (node == kMore);
    if (node == 0) return false;
    const auto to = static_cast<Holder>(node & ~std::uint64_t{kGrant});
    if (to != me_) lease_.pass(to);
    thread_.step([to](Slice& s) {
      s.granted[to - 1] = true;
      return 0u;
    });
    return true;
  }

  // Runs the inbox, filled from the mailbox if it is empty. 0: there was nothing; kMore: look
  // again; else the check-out that is next.
  std::uint64_t take_and_run(Slice& s) {
    if (!s.held_by(me_)) s.wrong = "drained without the lease";
    s.passed_home = false;
    if (s.inbox.empty()) s.inbox.swap(s.mailbox);
    if (s.inbox.empty()) return 0;
    while (!s.inbox.empty()) {
      const auto first = static_cast<std::uint8_t>(s.inbox.front());
      s.inbox.erase(0, 1);
      if ((first & kGrant) != 0) return first;
      run_in(s, static_cast<char>(first));
    }
    return kMore;
  }

  void release() {
    for (int round = 0;; ++round) {
      if (drain()) return;
      if (lease_.release(me_)) return;
      if (round < drain_rounds_ || thread_.index() == kHome) continue;
      thread_.also([](Slice& s) { s.passed_home = true; });
      lease_.pass(kHome + 1);
      thread_.step([](Slice& s) {
        s.home_woken = true;
        return 0u;
      });
      return;
    }
  }

  // The home looks at its lease whenever it turns, not only when it is woken.
  void wait_for_grant() {
    const auto index = static_cast<std::size_t>(thread_.index());
    for (;;) {
      thread_.wait([&](const Slice& s) { return s.granted[index] || home_is_due(s); });
      const auto granted = thread_.step([&](Slice& s) {
        return static_cast<std::uint64_t>(std::exchange(s.granted[index], false));
      });
      if (granted != 0) return;
      release();
    }
  }
  [[nodiscard]] bool home_is_due(const Slice& s) const {
    return thread_.index() == kHome && s.held_by(me_) && s.passed_home;
  }

  Thread& thread_;
  const Holder me_;
  const int drain_rounds_;
  Lease<StepAtomic> lease_;
};

/// What one thread does, in order; nodes are named by it.
using Deed = void (Participant::*)(char node);
using Deeds = std::vector<Deed>;
constexpr Deed kBatch = &Participant::flush;
constexpr Deed kCheckOut = &Participant::check_out;

// Explores the deeds of the home and two others; nodes of thread t are 'a' + 2t and the next.
void explore(const std::array<Deeds, kThreads>& deeds, int drain_rounds) {
  std::vector<Explorer::Program> programs(kThreads);
  std::size_t nodes = 0;
  for (int i = 0; i < kThreads; ++i) {
    auto& program = programs[static_cast<std::size_t>(i)];
    auto node = static_cast<char>('a' + 2 * i);
    for (const Deed deed : deeds[static_cast<std::size_t>(i)]) {
      program.emplace_back([=](Thread& thread) {
        Participant participant(thread, drain_rounds);
        (participant.*deed)(node);
      });
      ++node;
      ++nodes;
    }
    program.emplace_back([=](Thread& thread) {
      Participant participant(thread, drain_rounds);
      i == kHome ? participant.tend_home() : participant.done_working();
    });
  }
  std::uint64_t wrong = 0;
  Explorer explorer(programs, [&](const Slice& slice) {
    const bool each_once = slice.ran.size() == nodes &&
                           std::set<char>(slice.ran.begin(), slice.ran.end()).size() == nodes;
    bool in_order = true;
    for (char first = 'a'; first < 'a' + 2 * kThreads; first = static_cast<char>(first + 2)) {
      const auto second = slice.ran.find(static_cast<char>(first + 1));
      in_order &= second == std::string::npos || slice.ran.find(first) < second;
    }
    const bool clean = slice.mailbox.empty() && slice.inbox.empty() && slice.word >> 1 == kNobody;
    if (!each_once || !in_order || !clean) ++wrong;
  });
  explorer.explore({});
  INFO("states: ", explorer.states(), ", ends: ", explorer.ends);
  CHECK(explorer.broken == "");
  CHECK(wrong == 0);
  CHECK(explorer.stuck == 0);
  CHECK(explorer.ends > 0);
  CHECK(explorer.states() > 1000);
}

}  // namespace

TEST_CASE("three threads with one batch each: every interleaving runs each batch once") {
  explore({Deeds{kBatch}, {kBatch}, {kBatch}}, 4);
}

TEST_CASE("a holder that is kept busy hands the lease to the home, which drains") {
  explore({Deeds{kBatch}, {kBatch}, {kBatch}}, 0);
}

TEST_CASE("two batches of one thread are run in their order") {
  explore({Deeds{kBatch}, {kBatch, kBatch}, {kBatch}}, 0);
  explore({Deeds{kBatch, kBatch}, {kBatch}, {kBatch}}, 4);
}

TEST_CASE("a check-out among batches gets the lease, and gives it back") {
  explore({Deeds{kBatch}, {kCheckOut}, {kBatch}}, 0);
  explore({Deeds{kCheckOut}, {kBatch}, {kBatch}}, 0);
  explore({Deeds{kBatch}, {kCheckOut}, {kCheckOut}}, 0);
}
