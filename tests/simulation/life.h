// One life of a server: from its start on what the disk holds until the power goes, the process is
// killed, or it ends in order.
//
// It is the append log's host, and puts together what a server does: threads' turns and the commits
// at their end, upkeep, the clock's ticks, snapshots, and clients whose replies are withheld. The
// log's thread and the snapshot's are steps that happen between all these, or in their midst.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/append_only.h"
#include "server/log_host.h"
#include "shard/log_turn.h"
#include "shard/upkeep.h"
#include "tests/shard/linear_history.h"
#include "tests/shard/simulation.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/stepped_snapshots.h"
#include "tests/simulation/stepped_worker.h"

namespace countd::test {

class Life final : public server::LogHost {
 public:
  explicit Life(Machine& machine);
  ~Life() override;

  /// Loads, and compares with what was promised. False: there is no life; either the power went
  /// meanwhile, or the machine has a problem.
  bool begin();
  /// Does one thing or another, `acts` times, or until the power is gone.
  void live(std::uint64_t acts);
  /// Ends in order.
  void close();
  /// After whatever end: what clients saw must fit together.
  void judge_histories();
  /// The configuration file: the log is only in it once the log holds everything.
  void keep_options();

  // -- server::LogHost ----------------------------------------------------------------------------
  [[nodiscard]] const config::Options& options() const override { return simulation_.options; }
  [[nodiscard]] storage::Millis now() const override { return machine_.now; }
  [[nodiscard]] storage::Millis steady_now() const override {
    return simulation_.clock.now_ns / 1'000'000;
  }
  storage::Disk& disk() override { return machine_.disk; }
  shard::LogGate& gate() override { return gate_; }
  void notice(std::string_view) override {}
  void warning(std::string_view) override {}
  void post(std::function<void()> work) override { posted_[0].push_back(std::move(work)); }
  void release_withheld(std::uint64_t durable) override;
  void close_withheld() override;
  void refuse_writes(bool on) override;
  void check_out_all(WithAll run) override;
  void wake_for_parts() override {}
  void start_base(server::BaseJob job) override { snapshots_.start_base(std::move(job)); }
  std::thread run_aside(std::function<void()> work) override;
  persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                         std::span<storage::Keyspace* const> keys) override {
    return snapshots_.write_base(target, keys);
  }
  std::unique_ptr<persistence::LogWorker> make_worker(persistence::AppendLogStart start,
                                                      persistence::AppendLogEvents events) override;

 private:
  /// Replies that wait for the log.
  struct Withheld {
    std::size_t client;
    std::uint64_t epoch;
    std::vector<Words> wave;
    std::vector<std::string> replies;
    LinearHistory::Interval when;
  };
  /// What held when a client's wave was made.
  struct Before {
    int db = 0;
    std::uint64_t guard = 0;
    std::uint64_t failures = 0;
  };
  class Loading;

  std::string load(Loading& loading);
  std::string load_log(Loading& loading);
  std::string load_snapshot(Loading& loading);
  void add_clients();

  void act();
  void act_rarely();
  void pass_time(storage::Millis ms);
  void feed_clients();
  void beside();
  bool step_worker();
  void on_turn(int thread);
  void after_turn(int thread);

  void wave_done(std::size_t client, const std::vector<Words>& wave, LinearHistory::Interval when);
  void deliver(const Withheld& withheld);
  void note_growth(const Withheld& withheld, int db, std::size_t request);
  void base_published();
  void note_cut(std::span<storage::Keyspace* const> keys);
  void plant_in_cut(std::span<storage::Keyspace* const> keys);

  /// With `always`, and all that is there in the log: a number for the time since when, or 0.
  /// The log is on and has what is counted, or will have it.
  [[nodiscard]] bool whole() const { return joined_ && (failures_ & 1) == 0; }
  [[nodiscard]] std::vector<storage::Keyspace*> keyspaces();
  [[nodiscard]] std::uint64_t guarded() const;
  void switch_sync();
  void switch_log();
  void options_changed();
  void break_disk();

  Machine& machine_;
  storage::Random& random_;
  Simulation simulation_;
  shard::LogGate gate_;
  SteppedSnapshots snapshots_;
  std::vector<shard::LogTurn> log_turns_;
  std::deque<shard::Upkeep> upkeeps_;
  std::vector<std::deque<std::function<void()>>> posted_;  // by thread
  std::vector<std::deque<Withheld>> withheld_;             // by thread
  std::vector<Before> before_;                             // by client
  std::map<std::string, LinearHistory> histories_;
  std::vector<LeakySink> log_sinks_;  // by shard: of the cut under way, where a bug is planted
  SteppedWorker* worker_ = nullptr;   // the one that append_only_ uses
  std::uint64_t noted_epoch_ = 0;     // of the last cut that the oracle knows
  std::map<std::string, std::size_t> base_cuts_;  // the cut of a base, by its file's name
  bool closed_whole_ = false;   // the log was switched off, with everything until then
  std::uint64_t failures_ = 0;  // of the log, and recoveries; odd: reads show what is undecided
  bool joined_ = false;         // what the log's files say is what the keyspaces hold
  std::uint64_t guard_ = 1;     // one more whenever guarded() may have changed
  int faults_left_ = 0;
  bool disk_full_ = false;
  bool beside_ = false;
  storage::Millis next_check_ = 0;
  server::AppendOnly append_only_;  // last: it uses all of the above
};

}  // namespace countd::test
