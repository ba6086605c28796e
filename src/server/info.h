// INFO: one table of fields; sections, order and spelling are derived from it. What the fields
// show is gathered beforehand into Facts, so the text can be tested without a server.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "persistence/append_log.h"
#include "server/process.h"
#include "server/statistics.h"
#include "storage/base/time.h"

namespace countd::server {

struct DatabaseFacts {
  int db = 0;
  std::uint64_t keys = 0;
  std::uint64_t expires = 0;
  std::uint64_t average_ttl_ms = 0;
};

struct CommandFacts {
  std::string_view name;
  CommandTotals totals;
};

struct SnapshotFacts {
  bool running = false;
  bool last_ok = true;
  storage::Millis last_save = 0;
  std::int64_t last_seconds = -1;     // how long the last one took
  std::int64_t current_seconds = -1;  // how long the running one has taken
  std::uint64_t saves = 0;
  std::uint64_t changes_since = 0;
  std::uint64_t last_load_expired = 0;
  std::uint64_t last_load_keys = 0;
  bool loading = false;
};

struct LogFacts {
  bool on = false;
  bool rewriting = false;
  bool last_rewrite_ok = true;
  std::int64_t last_rewrite_seconds = -1;
  std::int64_t current_rewrite_seconds = -1;
  std::uint64_t durable_epoch = 0;
  std::uint64_t kept_bytes = 0;  // in the shards, for the next frame
  persistence::AppendLogFacts files;
};

struct TrackingFacts {
  std::uint64_t clients = 0;
  std::uint64_t keys = 0;   // remembered
  std::uint64_t items = 0;  // pairs of a remembered key and a client
  std::uint64_t prefixes = 0;
};

/// All that INFO can show, at one moment.
struct Facts {
  const config::Options* options = nullptr;
  int threads = 1;
  storage::Millis now = 0;
  storage::Millis started = 0;
  std::string run_id;
  std::string replication_id;
  std::string executable;
  std::string conf_path;
  std::uint64_t connections = 0;
  std::uint64_t blocked = 0;
  int max_clients = 0;
  std::size_t used_bytes = 0;
  std::size_t startup_bytes = 0;
  std::size_t keyspace_bytes = 0;
  std::size_t resident_bytes = 0;
  std::size_t peak_bytes = 0;
  AllocatorBytes allocator;
  CpuTimes cpu;
  Totals totals;
  std::uint64_t ops_per_second = 0;
  double input_kbps = 0;
  double output_kbps = 0;
  SnapshotFacts snapshot;
  LogFacts log;
  TrackingFacts tracking;
  std::vector<DatabaseFacts> databases;
  std::vector<CommandFacts> commands;
  /// Each command's, in the same order. They are many: only who shows them asks.
  std::function<std::vector<LatencyCounts>()> latencies;
  std::map<std::string, std::uint64_t> errors;
};

/// One line of INFO.
struct InfoField {
  std::string_view section;  // lower case
  std::string_view name;
  std::string (*value)(const Facts&);
  std::string_view help;
};

std::span<const InfoField> info_fields();

/// INFO's text for the sections asked for (lower case): none means the default ones; "all" and
/// "everything" mean all.
std::string info_text(const Facts& facts, std::span<const std::string> sections);

/// "1.50M", as used_memory_human.
std::string human_bytes(std::uint64_t bytes);

}  // namespace countd::server
