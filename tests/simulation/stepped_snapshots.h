// Snapshots and bases of a simulated server: one at a time, cut under a check-out of all shards,
// walked by every shard in slices as small as the seed likes, written step by step.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "persistence/snapshot_writer.h"
#include "server/log_host.h"
#include "storage/keyspace/keyspace.h"
#include "tests/shard/simulation.h"
#include "tests/simulation/leaky_sink.h"
#include "tests/simulation/machine.h"

namespace countd::test {

class SteppedSnapshots {
 public:
  /// All shards are checked out, and the job's own cut has been made; `base`: its file, or empty.
  using CutMade =
      std::function<void(std::span<storage::Keyspace* const> keys, const std::string& base)>;

  SteppedSnapshots(Machine& machine, Simulation& simulation, CutMade cut_made)
      : machine_(machine), simulation_(simulation), cut_made_(std::move(cut_made)) {}

  /// A snapshot, unless something is under way.
  void start();
  void start_base(server::BaseJob job);
  /// Writes a base while nothing else happens.
  persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                         std::span<storage::Keyspace* const> keys);

  /// In a turn of the thread: what it has to do for the snapshot.
  void turn(int thread);
  /// A step of the writer; false if it waits.
  bool step();
  /// What the server does when it ends.
  void abandon();

 private:
  struct Run {
    std::optional<server::BaseJob> base;
    std::unique_ptr<persistence::SnapshotWriter> writer;
    std::vector<LeakySink> sinks;
    std::vector<bool> walks;     // by shard: its traversal is not over
    std::size_t parts_left = 0;  // traversals and the file
    bool file_over = false;
    persistence::SnapshotResult result;
  };

  void begin(std::unique_ptr<Run> run);
  void cut(std::span<storage::Keyspace* const> keys);
  void walk(int thread);
  void ended();

  Machine& machine_;
  Simulation& simulation_;
  CutMade cut_made_;
  std::unique_ptr<Run> run_;
  std::vector<std::unique_ptr<Run>> over_;  // keyspaces may still point to their sinks
  std::deque<server::BaseJob> waiting_;
  bool cut_asked_ = false;
  bool stepping_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace countd::test
