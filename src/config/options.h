// Every setting of the server as plain typed values; a member is named as its option, with '_'
// for '-'. option_table.cc holds one row for each: its spelling, range, default and meaning.
//
// An Options in use is immutable: Store publishes a new one for every CONFIG SET.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/keyspace/eviction_policy.h"

namespace countd::config {

enum class LogLevel : std::uint8_t { kDebug, kVerbose, kNotice, kWarning };
/// When the log is made durable: before each reply, each second, or when the system pleases.
enum class AppendFsync : std::uint8_t { kAlways, kEverySecond, kNo };
enum class Supervised : std::uint8_t { kNo, kSystemd, kUpstart, kAuto };
/// What loading does with a value of a type that countd does not hold.
enum class RdbUnsupported : std::uint8_t { kFail, kSkip };
/// Who may do what is off limits by default: nobody, everybody, who comes from this machine.
enum class Access : std::uint8_t { kNo, kYes, kLocal };
/// Where new connections go: the lowest thread that has room, or every thread in turn.
enum class ConnectionPlacement : std::uint8_t { kLowest, kEven };
/// Order of effects of one pipeline across keys of different shards.
enum class PipelineOrder : std::uint8_t { kRelaxed, kStrict };

/// A snapshot is due `seconds` after the last one if `changes` happened since.
struct SavePoint {
  std::int64_t seconds = 0;
  std::int64_t changes = 0;
  bool operator==(const SavePoint&) const = default;
};

/// A client whose pending output passes `hard_bytes`, or stays above `soft_bytes` for
/// `soft_seconds`, is closed. 0: no limit.
struct OutputBufferLimit {
  std::uint64_t hard_bytes = 0;
  std::uint64_t soft_bytes = 0;
  std::int64_t soft_seconds = 0;
  bool operator==(const OutputBufferLimit&) const = default;
};
/// Indexes of Options::client_output_buffer_limit.
enum ClientClass : std::uint8_t { kNormalClient, kReplicaClient, kPubSubClient, kClientClasses };

struct Options {
  // Network
  std::vector<std::string> bind{"127.0.0.1", "-::1"};  // a leading '-': may be unavailable
  int port = 6379;                                     // 0: do not listen on TCP
  int tcp_backlog = 511;
  std::string unixsocket;  // empty: none
  int unixsocketperm = 0;  // mode bits; 0: as the umask leaves them
  bool protected_mode = true;
  int timeout = 0;  // seconds an idle client may stay; 0: for ever
  int tcp_keepalive = 300;
  int partial_request_timeout = 60;  // seconds a stalled partial request may wait; 0: for ever
  int maxclients = 10000;
  std::array<OutputBufferLimit, kClientClasses> client_output_buffer_limit{
      OutputBufferLimit{0, 0, 0}, OutputBufferLimit{256ull << 20, 64ull << 20, 60},
      OutputBufferLimit{32ull << 20, 8ull << 20, 60}};
  std::uint64_t client_query_buffer_limit = 1ull << 30;
  std::int64_t proto_max_bulk_len = 512ll << 20;
  std::string requirepass;  // empty: none
  Access enable_debug_command = Access::kLocal;
  Access enable_protected_configs = Access::kNo;

  // Threads
  int threads = 0;  // 0: as many as suit the machine
  ConnectionPlacement connection_placement = ConnectionPlacement::kLowest;
  PipelineOrder pipeline_order = PipelineOrder::kRelaxed;

  // Process
  bool daemonize = false;
  Supervised supervised = Supervised::kNo;
  std::string pidfile;
  LogLevel loglevel = LogLevel::kNotice;
  std::string logfile;  // empty: standard output
  int databases = 16;
  int hz = 10;  // shown, no more

  // Snapshots
  std::vector<SavePoint> save{{3600, 1}, {300, 100}, {60, 10000}};
  std::string dir = "./";  // load() makes it absolute
  std::string dbfilename = "dump.rdb";
  bool rdbcompression = true;
  bool rdbchecksum = true;
  RdbUnsupported rdb_unsupported = RdbUnsupported::kFail;
  bool stop_writes_on_bgsave_error = true;
  int snapshot_keep = 0;  // snapshots kept under names with their time, besides dbfilename

  // Log
  bool appendonly = false;
  std::string appenddirname = "appendonlydir";
  std::string appendfilename = "appendonly.aof";
  AppendFsync appendfsync = AppendFsync::kEverySecond;
  bool no_appendfsync_on_rewrite = false;
  int auto_aof_rewrite_percentage = 100;       // 0: never by itself
  std::uint64_t append_log_room = 1ull << 20;  // bytes; 0: none
  std::uint64_t append_log_queue_limit = 64ull << 20;
  std::uint64_t append_log_kept_limit = 256ull << 20;
  std::uint64_t auto_aof_rewrite_min_size = 64ull << 20;
  bool aof_load_truncated = true;
  bool aof_timestamp_enabled = false;
  bool aof_use_rdb_preamble = true;

  // Memory
  std::uint64_t maxmemory = 0;  // bytes; 0: no limit
  storage::EvictionPolicy maxmemory_policy = storage::EvictionPolicy::kNoEviction;
  int maxmemory_samples = 5;
  int lfu_log_factor = 10;
  int lfu_decay_time = 1;  // minutes
  int active_expire_effort = 1;

  // Sketches
  std::uint64_t hll_sparse_max_bytes = 3000;
  double cms_default_error = 0.001;
  double cms_default_probability = 0.01;

  // Observing
  std::int64_t slowlog_log_slower_than = 10000;  // microseconds; < 0: off, 0: everything
  std::int64_t slowlog_max_len = 128;
  std::uint64_t tracking_table_max_keys = 1'000'000;  // 0: no limit
  bool latency_tracking = true;
  std::vector<double> latency_tracking_info_percentiles = {50, 99, 99.9};

  /// Values of the options that are accepted and do nothing here, in the order of their rows.
  std::vector<std::string> inert;

  bool operator==(const Options&) const = default;
};

}  // namespace countd::config
