// What must be found after a crash: the oracle.
//
// The log's part knows the whole state at every cut. What is loaded must be the state of one of
// them, of none before the last one that was said to be durable, and the snapshot's file must
// be the old or the new one. Entries that have expired by now count on neither side.
//
// The growing keys are judged besides, without any knowledge of cuts: with `appendfsync always`
// no value that a client was shown may be greater than what is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/base/time.h"
#include "tests/simulation/state.h"

namespace countd::test {

class Promises {
 public:
  // -- the log ------------------------------------------------------------------------------------
  /// The log begins with this state and nothing else.
  void log_begins(State state);
  void cut(std::uint64_t epoch, State state);
  /// Every cut up to that of `epoch` will be found.
  void durable(std::uint64_t epoch);
  /// As `durable`, by the number of a cut.
  void durable_cut(std::size_t number);
  /// The last cut is what will be found.
  void log_closed() { least_ = cuts_.size() - 1; }
  /// Some cut but the first is durable, so there is a log.
  [[nodiscard]] bool log_lasts() const { return least_ > 0; }
  /// The number of the last cut.
  [[nodiscard]] std::size_t last_cut() const { return cuts_.size() - 1; }
  /// A new life goes on with what was found; its epochs begin at this one.
  void new_life(std::uint64_t epoch) { first_epoch_ = epoch; }

  // -- the snapshot -------------------------------------------------------------------------------
  void snapshot_cut(State state) { snapshots_.push_back(std::move(state)); }
  void snapshot_saved() { snapshots_.erase(snapshots_.begin(), snapshots_.end() - 1); }

  // -- the growing keys ---------------------------------------------------------------------------
  void shown(const std::string& key, std::int64_t value);
  void forget_shown() { shown_.clear(); }

  // -- after a loss of power or the end of a process: empty, or what is wrong
  // ------------------------------------------------------
  /// After a loss of power what is found is what there is. After the end of a process it may be
  /// the system's cache that shows it, and the next loss of power may show what was before.
  void power_lost(bool lost) { power_lost_ = lost; }
  std::string judge_log(State found, storage::Millis now);
  std::string judge_snapshot(State found, storage::Millis now);

  std::uint64_t judged = 0;

 private:
  struct Cut {
    std::uint64_t epoch;
    State state;
  };

  std::string judge_shown(const State& found) const;

  std::vector<Cut> cuts_{Cut{0, {}}};
  std::size_t least_ = 0;
  bool power_lost_ = false;
  std::uint64_t first_epoch_ = 0;
  std::vector<State> snapshots_{State{}};
  std::map<std::string, std::int64_t> shown_;
};

}  // namespace countd::test
