// Brings the keyspaces to the state that an append log on disk describes: its base, then its
// increments in their order.
//
// The last file may be torn, which is how a crash leaves it: its end was never durable and is left
// out. Anything else that is wrong refuses the log and leaves it as it is. Nothing may be served
// before `load_log` has returned without an error.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "persistence/append_log.h"
#include "persistence/log_directory.h"
#include "persistence/snapshot_loader.h"
#include "storage/log/log_reader.h"

namespace countd::persistence {

struct LogLoadOptions {
  /// `now` does not count: what has expired since is still what increments speak of, so nothing
  /// is left out as expired.
  LoadOptions base;
  bool load_truncated = true;  // aof-load-truncated: leave a torn end out
};

/// What to load, and where to.
struct LogLoad {
  AppendLogTarget target;
  storage::log::Manifest manifest;  // as `open_log` found it
  std::span<storage::Keyspace* const> shards;
  ShardOf shard_of = nullptr;
  LogLoadOptions options;
};

struct LoadedLog {
  std::uint64_t files = 0;
  std::uint64_t base_keys = 0;  // from a snapshot
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped_bytes = 0;  // of a torn end
  double seconds = 0;
  std::uint64_t last_epoch = 0;           // of our frames; 0 if there are none
  std::optional<UnusedTail> unused_tail;  // for AppendLogStart
  std::vector<std::string> warnings;
};

/// `apply` runs one command against the keyspaces, without effects for a journal, and must not
/// expire anything: the log says what went. It answers an error text, or "".
/// REQUIRES: empty keyspaces that no other thread touches meanwhile.
boost::system::result<LoadedLog, LogProblem> load_log(storage::Disk& disk, const LogLoad& load,
                                                      const storage::log::TakeCommand& apply);

}  // namespace countd::persistence
