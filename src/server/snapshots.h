// Snapshots as the server runs them: one at a time, cut by a check-out of all shards, walked by
// each shard's upkeep, written by one thread.
//
// start -> check-out of all shards: cut (every keyspace begins its snapshot)
//       -> each shard's upkeep walks its slice, the writer writes   -> ended, when all are done
//
// The base of the append log is one too, with a target and a cut of its own.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "persistence/freeing.h"
#include "persistence/save_points.h"
#include "persistence/snapshot_thread.h"
#include "server/info.h"
#include "server/log_host.h"
#include "storage/disk/real_disk.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

class Server;

class Snapshots {
 public:
  /// Called on shard 0's thread when a snapshot has ended.
  using Done = std::function<void(bool ok, std::string error)>;

  explicit Snapshots(Server& server);
  ~Snapshots();

  /// From any thread. False: one is running; `done` will not be called.
  bool start(Done done);
  /// As `start`, after the running one if there is one. On shard 0's thread.
  void start_after(Done done);
  /// The same for a base. On shard 0's thread.
  void start_base(BaseJob job);
  /// Writes a base while nothing else runs; its result. Before the threads run, or after.
  persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                         std::span<storage::Keyspace* const> keys);
  /// Saves, empties all databases and loads the file again (DEBUG RELOAD).
  void reload(Done done);
  /// Loads the file that is there; an error text, or empty. Before the threads run, or with all
  /// shards checked out.
  std::string load(std::span<storage::Keyspace* const> shards);
  /// Removes what a crash left in the directory. Before the threads run.
  void sweep();
  /// The hash seed that the file was written under, or 0.
  std::uint64_t file_seed();
  /// Ten times a second, on shard 0's thread: begins a snapshot when one is due.
  void check(storage::Millis now);
  /// Gives up what is running, and waits for its writer. After the threads have ended.
  void abandon();

  [[nodiscard]] SnapshotFacts facts(storage::Millis now, std::uint64_t changes) const;

 private:
  struct Run;

  [[nodiscard]] bool claim();
  void start_claimed(std::shared_ptr<Run> run);
  void check_out();
  void try_again_soon();
  storage::rdb::FileFacts file_facts(std::span<storage::Keyspace* const> keys) const;
  void saved(const Run& run);
  void start_next();
  void cut(std::span<storage::Keyspace* const> keys);
  void walk(std::size_t shard);
  void part_done();
  void ended();
  void load_again(std::span<storage::Keyspace* const> keys, const Done& done);
  persistence::SnapshotTarget target();
  [[nodiscard]] std::string path() const;

  Server& server_;
  storage::RealDisk disk_;
  persistence::Freeing freeing_;  // of the files that snapshots replace; by one writer at a time
  mutable std::mutex mutex_;      // guards what follows, up to `waiting_`
  bool busy_ = false;             // a snapshot or a base is under way
  SnapshotFacts facts_;
  persistence::SaveHistory history_;
  storage::Millis began_ = 0;
  std::uint64_t changes_at_last_ = 0;
  std::vector<std::function<void()>> waiting_;  // on shard 0's thread
  std::unique_ptr<boost::asio::steady_timer> retry_;
  std::shared_ptr<Run> run_;  // on shard 0's thread
  std::uint64_t number_ = 0;
};

}  // namespace countd::server
