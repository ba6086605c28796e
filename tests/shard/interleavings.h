// Every interleaving of some small programs, each of which is a plain function whose steps on
// shared state all pass `step`.
//
// A stateless program has no position that could be saved. So a program is run from its start for
// every step: what its earlier steps answered is replayed from a log, the first new step is done
// on the shared state, and at the one after it the program is left by an exception. A state of the
// whole is the shared state and the logs; states that have been seen are not explored again, which
// loses no interleaving: what follows depends on nothing else. A program is a list of parts, and
// forgets at the end of each how it got there, so that more states are alike.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace countd::test {

/// `Shared` is copyable and has `void encode(std::string&) const` (all that it is) and
/// `const char* wrong`: the rule that a step has found broken, or null. The first one ends it all.
template <class Shared>
class Interleavings {
 public:
  using Log = std::vector<std::uint64_t>;

  /// What a program sees. Local variables are its own; everything else goes through `step`.
  class Thread {
   public:
    Thread(Shared& shared, Log& log, int index) : shared_(shared), log_(log), index_(index) {}

    [[nodiscard]] int index() const { return index_; }
    /// One atomic step: `act(shared)` returns what the program learns.
    template <class Act>
    std::uint64_t step(Act&& act) {
      if (position_ < log_.size()) return log_[position_++];
      if (stepped_) throw Left{};
      stepped_ = true;
      log_.push_back(act(shared_));
      return log_[position_++];
    }
    /// What belongs to the step before: nobody else can see or touch it in between.
    template <class Act>
    void also(Act&& act) {
      if (stepped_ && position_ == log_.size()) act(shared_);
    }
    /// Waits until `ready(shared)`.
    template <class Ready>
    void wait(Ready&& ready) {
      if (position_ < log_.size()) {
        ++position_;
        return;
      }
      if (stepped_ || !ready(shared_)) throw Left{};
      stepped_ = true;
      log_.push_back(1);
      ++position_;
    }

   private:
    friend class Interleavings;
    Shared& shared_;
    Log& log_;
    const int index_;
    std::size_t position_ = 0;
    bool stepped_ = false;
  };

  using Part = std::function<void(Thread&)>;
  using Program = std::vector<Part>;

  /// `at_end` is called for every state in which all programs have ended; a state in which some
  /// have not and none can go on is counted in `stuck`.
  Interleavings(std::vector<Program> programs, std::function<void(const Shared&)> at_end)
      : programs_(std::move(programs)), at_end_(std::move(at_end)) {}

  void explore(const Shared& start) {
    std::vector<State> open;
    open.push_back({start, std::vector<Log>(programs_.size()), std::string(programs_.size(), 0)});
    while (!open.empty()) {
      const State state = std::move(open.back());
      open.pop_back();
      if (state.shared.wrong != nullptr) {
        broken = state.shared.wrong;
        return;
      }
      bool moved = false;
      bool ended = true;
      for (std::size_t i = 0; i < programs_.size(); ++i) {
        if (static_cast<std::size_t>(state.parts[i]) == programs_[i].size()) continue;
        ended = false;
        State next = state;
        if (!advance(next, i)) continue;
        moved = true;
        if (seen_.insert(key_of(next)).second) open.push_back(std::move(next));
      }
      if (ended) {
        ++ends;
        at_end_(state.shared);
      } else if (!moved) {
        ++stuck;
      }
    }
  }

  std::uint64_t ends = 0;
  std::uint64_t stuck = 0;
  std::string broken;
  [[nodiscard]] std::size_t states() const { return seen_.size(); }

 private:
  struct Left {};
  struct State {
    Shared shared;
    std::vector<Log> logs;
    std::string parts;  // each program's part that runs
  };

  // False: the program waits.
  bool advance(State& state, std::size_t index) {
    Thread thread(state.shared, state.logs[index], static_cast<int>(index));
    try {
      programs_[index][static_cast<std::size_t>(state.parts[index])](thread);
      ++state.parts[index];
      state.logs[index].clear();
      return true;
    } catch (const Left&) {
      return thread.stepped_;
    }
  }

  static std::string key_of(const State& state) {
    std::string key;
    state.shared.encode(key);
    for (const Log& log : state.logs) {
      key.push_back(static_cast<char>(log.size()));
      for (const auto value : log) {
        key.append(reinterpret_cast<const char*>(&value), sizeof value);
      }
    }
    return key + state.parts;
  }

  std::vector<Program> programs_;
  std::function<void(const Shared&)> at_end_;
  std::unordered_set<std::string> seen_;
};

}  // namespace countd::test
