// What the append log asks of the server around it. The seam at which a simulation stands in for
// threads, sockets, clock and disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "config/options.h"
#include "persistence/append_log_thread.h"
#include "persistence/snapshot_writer.h"
#include "shard/log_gate.h"
#include "storage/base/time.h"
#include "storage/disk/disk.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

/// A snapshot that becomes the log's base.
struct BaseJob {
  persistence::SnapshotTarget target;
  /// With all shards checked out, at the moment of the cut. False: not now; it is tried again.
  std::function<bool(std::span<storage::Keyspace* const> keys)> cut;
  /// On shard 0's thread.
  std::function<void(const persistence::SnapshotResult&)> done;
};

class LogHost {
 public:
  using WithAll = std::function<void(std::span<storage::Keyspace* const> keys)>;

  virtual ~LogHost() = default;

  // -- any thread -------------------------------------------------------------------------------
  [[nodiscard]] virtual const config::Options& options() const = 0;
  [[nodiscard]] virtual storage::Millis now() const = 0;
  /// Of a clock that nobody sets: for deadlines.
  [[nodiscard]] virtual storage::Millis steady_now() const = 0;
  virtual storage::Disk& disk() = 0;
  virtual shard::LogGate& gate() = 0;
  virtual void notice(std::string_view text) = 0;
  virtual void warning(std::string_view text) = 0;
  /// Runs `work` on shard 0's thread, soon.
  virtual void post(std::function<void()> work) = 0;
  /// Every thread sends what it withheld for epochs up to this one.
  virtual void release_withheld(std::uint64_t durable) = 0;
  /// Every thread closes the connections whose replies it withholds.
  virtual void close_withheld() = 0;
  /// Writes are refused with MISCONF, or no longer.
  virtual void refuse_writes(bool on) = 0;

  // -- shard 0's thread -------------------------------------------------------------------------
  virtual void check_out_all(WithAll run) = 0;
  /// Shards that have a part of a cut to hand over are woken.
  virtual void wake_for_parts() = 0;
  /// Writes a base, when no other snapshot is under way.
  virtual void start_base(BaseJob job) = 0;
  /// Runs `work` beside the shards; what is returned is joined before other such work begins.
  virtual std::thread run_aside(std::function<void()> work) = 0;
  /// Writes a base and waits for it, while nothing else runs: at the start, or at the end.
  virtual persistence::SnapshotResult write_base(const persistence::SnapshotTarget& target,
                                                 std::span<storage::Keyspace* const> keys) = 0;
  virtual std::unique_ptr<persistence::LogWorker> make_worker(
      persistence::AppendLogStart start, persistence::AppendLogEvents events) = 0;
};

/// Where the log lives, by the options.
persistence::AppendLogTarget log_target(const config::Options& options);

}  // namespace countd::server
