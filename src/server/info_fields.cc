// The table of INFO's fields. Names and meanings are Redis's where Redis has them, so that
// monitoring built for Redis reads countd.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "commands/versions.h"
#include "server/info.h"

namespace countd::server {
namespace {

std::string text(bool value) { return value ? "1" : "0"; }
template <class Number>
std::string text(Number value) {
  return std::to_string(value);
}

// Of what countd does not do, and monitoring may ask for.
std::string zero(const Facts&) { return "0"; }

double ratio(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string system_name() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

std::string policy_name(storage::EvictionPolicy policy) {
  using enum storage::EvictionPolicy;
  switch (policy) {
    case kNoEviction:
      return "noeviction";
    case kAllKeysLru:
      return "allkeys-lru";
    case kAllKeysLfu:
      return "allkeys-lfu";
    case kAllKeysRandom:
      return "allkeys-random";
    case kVolatileLru:
      return "volatile-lru";
    case kVolatileLfu:
      return "volatile-lfu";
    case kVolatileRandom:
      return "volatile-random";
    case kVolatileTtl:
      return "volatile-ttl";
  }
  return {};
}

std::string two_places(double value) { return fmt::format("{:.2f}", value); }

std::string percent(std::size_t part, std::size_t whole) {
  return two_places(100 * ratio(part, whole)) + '%';
}

std::string peak_share(const Facts& f) {
  return percent(f.used_bytes, std::max(f.peak_bytes, f.used_bytes));
}

std::size_t less(std::size_t whole, std::size_t part) { return whole - std::min(whole, part); }

using F = const Facts&;

constexpr InfoField kFields[] = {
    {"server", "redis_version", [](F) { return std::string(commands::kRedisVersion); },
     "the Redis version whose behaviour is offered"},
    {"server", "countd_version", [](F) { return std::string(commands::kVersion); },
     "this server's version"},
    {"server", "redis_git_sha1", [](F) { return std::string("00000000"); }, "always zeros"},
    {"server", "redis_git_dirty", zero, "always 0"},
    {"server", "redis_build_id", [](F) { return std::string("0000000000000000"); }, "always zeros"},
    {"server", "redis_mode", [](F) { return std::string("standalone"); }, "always standalone"},
    {"server", "os", [](F) { return system_name(); }, "kernel and machine"},
    {"server", "arch_bits", [](F) { return text(sizeof(void*) * 8); }, "width of a pointer"},
    {"server", "multiplexing_api", [](F) { return std::string("epoll"); },
     "how sockets are polled"},
    {"server", "monotonic_clock", [](F) { return std::string("POSIX clock_gettime"); },
     "what times commands"},
    {"server", "gcc_version", [](F) { return std::string(__VERSION__); }, "the compiler"},
    {"server", "process_id", [](F) { return text(::getpid()); }, "process id"},
    {"server", "process_supervised",
     [](F f) {
       return std::string(f.options->supervised == config::Supervised::kNo ? "no" : "systemd");
     },
     "who supervises the process"},
    {"server", "run_id", [](F f) { return f.run_id; }, "random id of this run"},
    {"server", "tcp_port", [](F f) { return text(f.options->port); }, "TCP port"},
    {"server", "server_time_usec", [](F f) { return text(f.now * 1000); }, "time in microseconds"},
    {"server", "uptime_in_seconds", [](F f) { return text((f.now - f.started) / 1000); },
     "seconds since the start"},
    {"server", "uptime_in_days", [](F f) { return text((f.now - f.started) / 86'400'000); },
     "days since the start"},
    {"server", "hz", [](F f) { return text(f.options->hz); }, "frequency of upkeep"},
    {"server", "configured_hz", [](F f) { return text(f.options->hz); }, "as configured"},
    {"server", "lru_clock", [](F f) { return text(f.now / 1000 & 0xffffff); },
     "the time in seconds, its low 24 bits"},
    {"server", "threads", [](F f) { return text(f.threads); }, "shards, one thread each"},
    {"server", "executable", [](F f) { return f.executable; }, "path of the program"},
    {"server", "config_file", [](F f) { return f.conf_path; }, "path of the configuration file"},
    {"server", "io_threads_active", [](F f) { return text(f.threads > 1); },
     "1 if there is more than one thread"},

    {"clients", "connected_clients", [](F f) { return text(f.connections); }, "open connections"},
    {"clients", "cluster_connections", zero, "always 0"},
    {"clients", "maxclients", [](F f) { return text(f.max_clients); }, "most connections allowed"},
    {"clients", "client_recent_max_input_buffer", zero, "always 0"},
    {"clients", "client_recent_max_output_buffer", zero, "always 0"},
    {"clients", "blocked_clients", [](F f) { return text(f.blocked); },
     "clients whose answer is deferred"},
    {"clients", "tracking_clients", [](F f) { return text(f.tracking.clients); },
     "clients that hear of changes: CLIENT TRACKING"},
    {"clients", "clients_in_timeout_table", zero, "always 0"},

    {"memory", "used_memory", [](F f) { return text(f.used_bytes); },
     "bytes allocated, as the allocator counts them"},
    {"memory", "used_memory_human", [](F f) { return human_bytes(f.used_bytes); }, "the same"},
    {"memory", "used_memory_rss", [](F f) { return text(f.resident_bytes); }, "resident bytes"},
    {"memory", "used_memory_rss_human", [](F f) { return human_bytes(f.resident_bytes); },
     "the same"},
    {"memory", "used_memory_peak", [](F f) { return text(std::max(f.peak_bytes, f.used_bytes)); },
     "most bytes ever allocated"},
    {"memory", "used_memory_peak_human",
     [](F f) { return human_bytes(std::max(f.peak_bytes, f.used_bytes)); }, "the same"},
    {"memory", "used_memory_peak_perc", [](F f) { return peak_share(f); },
     "used_memory as a share of the peak"},
    {"memory", "used_memory_overhead",
     [](F f) { return text(less(f.used_bytes, f.keyspace_bytes)); },
     "bytes that are not entries or their tables"},
    {"memory", "used_memory_startup", [](F f) { return text(f.startup_bytes); },
     "bytes allocated when the server had started"},
    {"memory", "used_memory_dataset", [](F f) { return text(f.keyspace_bytes); },
     "bytes of entries and their tables"},
    {"memory", "used_memory_dataset_perc",
     [](F f) { return percent(f.keyspace_bytes, f.used_bytes); },
     "the same as a share of used_memory"},
    {"memory", "allocator_allocated", [](F f) { return text(f.allocator.allocated); },
     "bytes handed out by the allocator"},
    {"memory", "allocator_active", [](F f) { return text(f.allocator.active); },
     "bytes of pages in use"},
    {"memory", "allocator_resident", [](F f) { return text(f.allocator.resident); },
     "bytes of pages that are resident"},
    {"memory", "total_system_memory", [](F) { return text(machine_bytes()); },
     "memory of the machine"},
    {"memory", "total_system_memory_human", [](F) { return human_bytes(machine_bytes()); },
     "the same"},
    {"memory", "maxmemory", [](F f) { return text(f.options->maxmemory); }, "limit; 0: none"},
    {"memory", "maxmemory_human", [](F f) { return human_bytes(f.options->maxmemory); },
     "the same"},
    {"memory", "maxmemory_policy", [](F f) { return policy_name(f.options->maxmemory_policy); },
     "what goes first at the limit"},
    {"memory", "allocator_frag_ratio",
     [](F f) { return two_places(ratio(f.allocator.active, f.allocator.allocated)); },
     "active by allocated"},
    {"memory", "allocator_frag_bytes",
     [](F f) { return text(less(f.allocator.active, f.allocator.allocated)); },
     "active less allocated"},
    {"memory", "allocator_rss_ratio",
     [](F f) { return two_places(ratio(f.allocator.resident, f.allocator.active)); },
     "the allocator's resident bytes by active"},
    {"memory", "allocator_rss_bytes",
     [](F f) { return text(less(f.allocator.resident, f.allocator.active)); },
     "the allocator's resident bytes less active"},
    {"memory", "rss_overhead_ratio",
     [](F f) { return two_places(ratio(f.resident_bytes, f.allocator.resident)); },
     "resident bytes by the allocator's"},
    {"memory", "rss_overhead_bytes",
     [](F f) { return text(less(f.resident_bytes, f.allocator.resident)); },
     "resident bytes less the allocator's"},
    {"memory", "mem_fragmentation_ratio",
     [](F f) { return two_places(ratio(f.resident_bytes, f.used_bytes)); }, "resident by used"},
    {"memory", "mem_fragmentation_bytes",
     [](F f) { return text(less(f.resident_bytes, f.used_bytes)); }, "resident less used"},
    {"memory", "mem_not_counted_for_evict", zero, "always 0: maxmemory limits what keys take"},
    {"memory", "mem_aof_buffer", [](F f) { return text(f.log.files.queued_bytes); },
     "bytes that wait to be written to the log"},
    {"memory", "mem_replication_backlog", zero, "always 0"},
    {"memory", "mem_allocator", [](F) { return allocator_name(); }, "the allocator"},
    {"memory", "active_defrag_running", zero, "always 0"},
    {"memory", "lazyfree_pending_objects", zero, "always 0"},
    {"memory", "lazyfreed_objects", zero, "always 0"},

    {"persistence", "loading", [](F f) { return text(f.snapshot.loading); },
     "1 while the data set is loaded"},
    {"persistence", "async_loading", zero, "always 0"},
    {"persistence", "current_cow_peak", zero, "always 0: countd never forks"},
    {"persistence", "current_cow_size", zero, "always 0"},
    {"persistence", "current_cow_size_age", zero, "always 0"},
    {"persistence", "rdb_changes_since_last_save",
     [](F f) { return text(f.snapshot.changes_since); }, "changes since the last snapshot"},
    {"persistence", "rdb_bgsave_in_progress", [](F f) { return text(f.snapshot.running); },
     "1 while a snapshot is written"},
    {"persistence", "rdb_last_save_time", [](F f) { return text(f.snapshot.last_save / 1000); },
     "when the last snapshot was written"},
    {"persistence", "rdb_last_bgsave_status",
     [](F f) { return std::string(f.snapshot.last_ok ? "ok" : "err"); }, "how it ended"},
    {"persistence", "rdb_last_bgsave_time_sec", [](F f) { return text(f.snapshot.last_seconds); },
     "how long it took"},
    {"persistence", "rdb_current_bgsave_time_sec",
     [](F f) { return text(f.snapshot.current_seconds); }, "how long the running one has taken"},
    {"persistence", "rdb_last_cow_size", zero, "always 0"},
    {"persistence", "rdb_saves", [](F f) { return text(f.snapshot.saves); },
     "snapshots written since the start"},
    {"persistence", "rdb_last_load_keys_expired",
     [](F f) { return text(f.snapshot.last_load_expired); }, "expired keys that were not loaded"},
    {"persistence", "rdb_last_load_keys_loaded",
     [](F f) { return text(f.snapshot.last_load_keys); }, "keys loaded at the start"},
    {"persistence", "aof_enabled", [](F f) { return text(f.log.on); }, "1 if the log is on"},
    {"persistence", "aof_rewrite_in_progress", [](F f) { return text(f.log.rewriting); },
     "1 while the log is rewritten"},
    {"persistence", "aof_rewrite_scheduled", zero, "always 0"},
    {"persistence", "aof_last_rewrite_time_sec",
     [](F f) { return text(f.log.last_rewrite_seconds); }, "how long the last rewrite took"},
    {"persistence", "aof_current_rewrite_time_sec",
     [](F f) { return text(f.log.current_rewrite_seconds); }, "how long the running one has taken"},
    {"persistence", "aof_last_bgrewrite_status",
     [](F f) { return std::string(f.log.last_rewrite_ok ? "ok" : "err"); },
     "how the last rewrite ended"},
    {"persistence", "aof_last_cow_size", zero, "always 0"},
    {"persistence", "module_fork_in_progress", zero, "always 0"},
    {"persistence", "module_fork_last_cow_size", zero, "always 0"},
    {"persistence", "aof_rewrites", [](F f) { return text(f.log.files.rewrites); },
     "rewrites that succeeded since the start"},
    {"persistence", "aof_last_write_status",
     [](F f) { return std::string(f.log.files.last_write_ok ? "ok" : "err"); },
     "how the last write to the log ended"},
    {"persistence", "aof_current_size", [](F f) { return text(f.log.files.current_bytes); },
     "bytes of the log's files"},
    {"persistence", "aof_base_size", [](F f) { return text(f.log.files.base_bytes); },
     "bytes they had after the last rewrite, or at the start"},
    {"persistence", "aof_buffer_length", [](F f) { return text(f.log.files.queued_bytes); },
     "bytes that wait to be written"},
    {"persistence", "aof_buffer_limit", [](F f) { return text(f.options->append_log_queue_limit); },
     "bytes that wait at most before shards keep what changes: append-log-queue-limit"},
    {"persistence", "aof_kept_bytes", [](F f) { return text(f.log.kept_bytes); },
     "bytes that the shards keep for the log's next frame"},
    {"persistence", "aof_kept_limit", [](F f) { return text(f.options->append_log_kept_limit); },
     "bytes that they may keep before writes are refused: append-log-kept-limit"},
    {"persistence", "aof_delayed_fsync", [](F f) { return text(f.log.files.delayed_frames); },
     "frames that had to wait for the disk"},
    {"persistence", "aof_dropped_frames", [](F f) { return text(f.log.files.dropped_frames); },
     "frames that were not written since the log could not be"},
    {"persistence", "aof_durable_epoch", [](F f) { return text(f.log.durable_epoch); },
     "number of the last frame that is on disk"},

    {"stats", "total_connections_received", [](F f) { return text(f.totals.connections_received); },
     "connections accepted"},
    {"stats", "total_commands_processed", [](F f) { return text(f.totals.calls); },
     "commands that ran"},
    {"stats", "instantaneous_ops_per_sec", [](F f) { return text(f.ops_per_second); },
     "commands a second, lately"},
    {"stats", "total_net_input_bytes", [](F f) { return text(f.totals.bytes_in); },
     "bytes received"},
    {"stats", "total_net_output_bytes", [](F f) { return text(f.totals.bytes_out); }, "bytes sent"},
    {"stats", "instantaneous_input_kbps", [](F f) { return two_places(f.input_kbps); },
     "KiB a second received, lately"},
    {"stats", "instantaneous_output_kbps", [](F f) { return two_places(f.output_kbps); },
     "KiB a second sent, lately"},
    {"stats", "rejected_connections", [](F f) { return text(f.totals.connections_rejected); },
     "connections refused by maxclients"},
    {"stats", "tracking_total_keys", [](F f) { return text(f.tracking.keys); },
     "keys that are remembered for clients that track"},
    {"stats", "tracking_total_items", [](F f) { return text(f.tracking.items); },
     "pairs of such a key and a client"},
    {"stats", "tracking_total_prefixes", [](F f) { return text(f.tracking.prefixes); },
     "prefixes whose keys are broadcast"},
    {"stats", "sync_full", zero, "always 0"},
    {"stats", "sync_partial_ok", zero, "always 0"},
    {"stats", "sync_partial_err", zero, "always 0"},
    {"stats", "expired_keys", [](F f) { return text(f.totals.expired); }, "entries that expired"},
    {"stats", "expired_stale_perc", [](F) { return two_places(0); }, "always 0"},
    {"stats", "expired_time_cap_reached_count", zero, "always 0"},
    {"stats", "evicted_keys", [](F f) { return text(f.totals.evicted); },
     "entries evicted by maxmemory"},
    {"stats", "evicted_clients", zero, "always 0"},
    {"stats", "keyspace_hits", [](F f) { return text(f.totals.hits); }, "reads that found a key"},
    {"stats", "keyspace_misses", [](F f) { return text(f.totals.misses); },
     "reads that found none"},
    {"stats", "pubsub_channels", zero, "always 0"},
    {"stats", "pubsub_patterns", zero, "always 0"},
    {"stats", "migrate_cached_sockets", zero, "always 0"},
    {"stats", "latest_fork_usec", zero, "always 0: countd never forks"},
    {"stats", "total_forks", zero, "always 0"},
    {"stats", "total_error_replies",
     [](F f) {
       std::uint64_t sum = 0;
       for (const auto& [code, count] : f.errors) sum += count;
       return text(sum);
     },
     "errors answered"},
    {"stats", "unexpected_error_replies", zero, "always 0: countd has no replicas"},
    {"stats", "io_threaded_reads_processed", zero, "always 0: each thread serves clients whole"},
    {"stats", "io_threaded_writes_processed", zero, "always 0"},
    {"stats", "client_output_buffer_limit_disconnections",
     [](F f) { return text(f.totals.buffer_limit_disconnects); },
     "clients closed by their output buffer limit"},
    {"stats", "protocol_errors", [](F f) { return text(f.totals.protocol_errors); },
     "requests that were no RESP"},
    {"stats", "folded_increments", [](F f) { return text(f.totals.folded); },
     "increments added together with another of the same key"},
    {"stats", "foreign_batches", [](F f) { return text(f.totals.foreign_batches); },
     "batches that waited in another shard's mailbox"},
    {"stats", "turns", [](F f) { return text(f.totals.turns); }, "turns of all event loops"},

    {"replication", "role", [](F) { return std::string("master"); }, "always master"},
    {"replication", "connected_slaves", zero, "always 0"},
    {"replication", "master_failover_state", [](F) { return std::string("no-failover"); },
     "always no-failover"},
    {"replication", "master_replid", [](F f) { return f.replication_id; }, "random id"},
    {"replication", "master_replid2", [](F) { return std::string(40, '0'); }, "always zeros"},
    {"replication", "master_repl_offset", zero, "always 0"},
    {"replication", "second_repl_offset", [](F) { return text(-1); }, "always -1"},
    {"replication", "repl_backlog_active", zero, "always 0"},
    {"replication", "repl_backlog_size", zero, "always 0"},
    {"replication", "repl_backlog_first_byte_offset", zero, "always 0"},
    {"replication", "repl_backlog_histlen", zero, "always 0"},

    {"cpu", "used_cpu_sys", [](F f) { return fmt::format("{:.6f}", f.cpu.system_seconds); },
     "processor seconds in the kernel"},
    {"cpu", "used_cpu_user", [](F f) { return fmt::format("{:.6f}", f.cpu.user_seconds); },
     "processor seconds outside it"},
    {"cpu", "used_cpu_sys_children", [](F) { return std::string("0.000000"); }, "always 0"},
    {"cpu", "used_cpu_user_children", [](F) { return std::string("0.000000"); }, "always 0"},

    {"cluster", "cluster_enabled", zero, "always 0"},
};

}  // namespace

std::span<const InfoField> info_fields() { return kFields; }

}  // namespace countd::server
