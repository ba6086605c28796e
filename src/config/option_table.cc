// Rows in the order in which conf/countd.conf shows them.
#include "config/option_table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <type_traits>

#include "config/inert_options.h"
#include "config/special_options.h"
#include "config/value_text.h"

namespace countd::config {

namespace {

constexpr int kMaxDatabases = 1024;
constexpr std::int64_t kMaxInt = std::numeric_limits<int>::max();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

template <auto kMember>
constexpr Number number(std::int64_t min, std::int64_t max, Unit unit = Unit::kPlain) {
  return {[](const Options& options) { return static_cast<std::int64_t>(options.*kMember); },
          [](Options& options, std::int64_t value) {
            using Value = std::remove_cvref_t<decltype(options.*kMember)>;
            options.*kMember = static_cast<Value>(value);
          },
          min, max, unit};
}

template <auto kMember>
constexpr Number memory(std::int64_t min, std::int64_t max = kMaxLong) {
  return number<kMember>(min, max, Unit::kMemory);
}

/// Redis takes any number for hz and uses the nearest it can.
constexpr Number hz() {
  Number field = number<&Options::hz>(0, kMaxInt);
  field.set = [](Options& options, std::int64_t value) {
    options.hz = static_cast<int>(std::clamp<std::int64_t>(value, 1, 500));
  };
  return field;
}

template <auto kMember>
constexpr Choice choice(std::span<const Name> names) {
  return {[](const Options& options) { return static_cast<std::uint8_t>(options.*kMember); },
          [](Options& options, std::uint8_t value) {
            using Value = std::remove_cvref_t<decltype(options.*kMember)>;
            options.*kMember = static_cast<Value>(value);
          },
          names};
}

template <class Enum>
constexpr Name name(std::string_view text, Enum value) {
  return {text, static_cast<std::uint8_t>(value)};
}

using storage::EvictionPolicy;
// Within each list in Redis's order: its complaints list them so.
constexpr Name kPolicies[] = {name("volatile-lru", EvictionPolicy::kVolatileLru),
                              name("volatile-lfu", EvictionPolicy::kVolatileLfu),
                              name("volatile-random", EvictionPolicy::kVolatileRandom),
                              name("volatile-ttl", EvictionPolicy::kVolatileTtl),
                              name("allkeys-lru", EvictionPolicy::kAllKeysLru),
                              name("allkeys-lfu", EvictionPolicy::kAllKeysLfu),
                              name("allkeys-random", EvictionPolicy::kAllKeysRandom),
                              name("noeviction", EvictionPolicy::kNoEviction)};
constexpr Name kLogLevels[] = {name("debug", LogLevel::kDebug), name("verbose", LogLevel::kVerbose),
                               name("notice", LogLevel::kNotice),
                               name("warning", LogLevel::kWarning)};
constexpr Name kSupervisors[] = {name("upstart", Supervised::kUpstart),
                                 name("systemd", Supervised::kSystemd),
                                 name("auto", Supervised::kAuto), name("no", Supervised::kNo)};
constexpr Name kAccess[] = {name("no", Access::kNo), name("yes", Access::kYes),
                            name("local", Access::kLocal)};
constexpr Name kUnsupported[] = {name("fail", RdbUnsupported::kFail),
                                 name("skip", RdbUnsupported::kSkip)};
constexpr Name kFsyncs[] = {name("always", AppendFsync::kAlways),
                            name("everysec", AppendFsync::kEverySecond),
                            name("no", AppendFsync::kNo)};
constexpr Name kPlacements[] = {name("lowest", ConnectionPlacement::kLowest),
                                name("even", ConnectionPlacement::kEven)};
constexpr Name kOrders[] = {name("relaxed", PipelineOrder::kRelaxed),
                            name("strict", PipelineOrder::kStrict)};

constexpr auto kMutable = Mutability::kMutable;
constexpr auto kImmutable = Mutability::kImmutable;
constexpr auto kProtected = Mutability::kProtected;

constexpr Row kLiveRows[] = {
    {"bind", "", Section::kNetwork, kMutable, special_list<BindOption>(),
     "Addresses to listen on, IPv4 or IPv6; `*` is every IPv4 address and `::*` every IPv6 one. "
     "An address with a leading `-` may be missing on this machine."},
    {"port", "", Section::kNetwork, kMutable, number<&Options::port>(0, 65535),
     "TCP port to listen on. 0: no TCP, only the unix socket."},
    {"protected-mode", "", Section::kNetwork, kMutable, Flag{&Options::protected_mode},
     "Refuses clients of other machines as long as no password is set. Turn it off only where "
     "something else keeps strangers out."},
    {"requirepass", "", Section::kNetwork, kMutable, Text{&Options::requirepass},
     "Password that clients must give with AUTH or HELLO. Empty: none.", /*secret=*/true},
    {"unixsocket", "", Section::kNetwork, kImmutable, Text{&Options::unixsocket},
     "Path of a unix socket to listen on as well. Empty: none."},
    {"unixsocketperm", "", Section::kNetwork, kImmutable,
     number<&Options::unixsocketperm>(0, 0777, Unit::kOctal),
     "Mode of the unix socket, in octal: 770 lets the group in. 0: as the umask leaves it."},
    {"tcp-backlog", "", Section::kNetwork, kImmutable, number<&Options::tcp_backlog>(0, kMaxInt),
     "Connections that may wait to be accepted. The kernel caps it at net.core.somaxconn."},
    {"tcp-keepalive", "", Section::kNetwork, kMutable, number<&Options::tcp_keepalive>(0, kMaxInt),
     "Seconds of silence after which the kernel asks whether a client is still there. 0: never."},
    {"timeout", "", Section::kNetwork, kMutable, number<&Options::timeout>(0, kMaxInt),
     "Seconds after which an idle client is closed. 0: never."},
    {"partial-request-timeout", "", Section::kNetwork, kMutable,
     number<&Options::partial_request_timeout>(0, kMaxInt),
     "Seconds without a byte in the middle of a request after which its client is closed, so that "
     "stalled clients cannot hold memory. 0: for ever."},
    {"maxclients", "", Section::kNetwork, kMutable, number<&Options::maxclients>(1, kMaxInt),
     "Clients that may be connected at a time; further ones get an error and are closed."},
    {"client-output-buffer-limit", "", Section::kNetwork, kMutable,
     special_list<OutputLimitOption>(),
     "A client with more than the first size of unread replies is closed at once, one that stays "
     "above the second for the given seconds is closed then. 0: no limit. Every client is of the "
     "class normal; the limits of the classes replica and pubsub are remembered and shown alone."},
    {"client-query-buffer-limit", "", Section::kNetwork, kMutable,
     memory<&Options::client_query_buffer_limit>(1 << 20),
     "Bytes of a request that is not complete yet which a client may send."},
    {"proto-max-bulk-len", "", Section::kNetwork, kMutable,
     memory<&Options::proto_max_bulk_len>(1 << 20),
     "Longest single argument of a request, and longest string a key may hold."},
    {"enable-debug-command", "", Section::kNetwork, kImmutable,
     choice<&Options::enable_debug_command>(kAccess),
     "Who may call DEBUG: nobody (no), clients of this machine (local), everybody (yes). Redis "
     "says no; here it is local, since the DEBUG of countd reaches nothing but countd's own data "
     "and operators check snapshots with it (DEBUG RELOAD, DEBUG DIGEST)."},
    {"enable-protected-configs", "", Section::kNetwork, kImmutable,
     choice<&Options::enable_protected_configs>(kAccess),
     "Who may change by CONFIG SET where files are written (dir, dbfilename): nobody (no), "
     "clients of this machine (local), everybody (yes)."},

    {"threads", "io-threads", Section::kThreads, kImmutable, number<&Options::threads>(0, 64),
     "Threads that serve clients, each with its share of the keys. 0: one on a machine with one or "
     "two processors, else half as many as it has."},
    {"connection-placement", "", Section::kThreads, kMutable,
     choice<&Options::connection_placement>(kPlacements),
     "Which thread a new connection goes to: the lowest one that is not busy (lowest), which "
     "keeps a quiet server on one core, or each in turn (even)."},
    {"pipeline-order", "", Section::kThreads, kMutable, choice<&Options::pipeline_order>(kOrders),
     "Within one pipeline, commands on one key always take effect in order. Commands on keys of "
     "different threads may overtake each other (relaxed), or wait for each other (strict)."},

    {"daemonize", "", Section::kProcess, kImmutable, Flag{&Options::daemonize},
     "Runs in the background. Leave it off under systemd."},
    {"supervised", "", Section::kProcess, kImmutable, choice<&Options::supervised>(kSupervisors),
     "Whom to tell that the server is ready and that it stops: systemd, if it started the server "
     "(systemd, auto; upstart is taken for auto), or nobody (no). Overrides daemonize."},
    {"pidfile", "", Section::kProcess, kImmutable, Text{&Options::pidfile},
     "File that holds the process id while the server runs. Empty: none."},
    {"loglevel", "", Section::kProcess, kMutable, choice<&Options::loglevel>(kLogLevels),
     "The least important lines to log: debug, verbose, notice or warning."},
    {"logfile", "", Section::kProcess, kImmutable, Text{&Options::logfile},
     "File to log to. Empty: standard output."},
    {"databases", "", Section::kProcess, kImmutable, number<&Options::databases>(1, kMaxDatabases),
     "Number of databases; SELECT takes 0 to one less. At most 1024: each, even an empty one, "
     "takes some 700 bytes on every thread and is looked at when figures are brought up to date."},
    {"hz", "", Section::kProcess, kMutable, hz(),
     "A number from 1 to 500 that INFO shows. Background work (expiring keys, closing idle "
     "clients) keeps its own pace, whatever is set here."},

    {"save", "", Section::kSnapshots, kMutable, special_list<SaveOption>(),
     "A snapshot is taken when so many seconds have passed and so many changes were made since "
     "the last one. Each line adds a pair; \"\" alone: no snapshots but on command."},
    {"dir", "", Section::kSnapshots, kProtected, special_word<DirOption>(),
     "Directory of the snapshot file. It must exist."},
    {"dbfilename", "", Section::kSnapshots, kProtected,
     special_word<FileNameOption<&Options::dbfilename>>(), "Name of the snapshot file within dir."},
    {"rdbcompression", "", Section::kSnapshots, kMutable, Flag{&Options::rdbcompression},
     "Compresses long strings in snapshots."},
    {"rdbchecksum", "", Section::kSnapshots, kImmutable, Flag{&Options::rdbchecksum},
     "Ends snapshots with a checksum. One that does not match is refused when loading, whatever is "
     "set here."},
    {"rdb-unsupported", "", Section::kSnapshots, kImmutable,
     choice<&Options::rdb_unsupported>(kUnsupported),
     "What to do at start with a snapshot of Redis that holds types which countd does not: "
     "refuse to start (fail), or load the rest (skip)."},
    {"stop-writes-on-bgsave-error", "", Section::kSnapshots, kMutable,
     Flag{&Options::stop_writes_on_bgsave_error},
     "Refuses writes when the last snapshot failed, until one succeeds."},
    {"snapshot-keep", "", Section::kSnapshots, kMutable, number<&Options::snapshot_keep>(0, 10000),
     "How many former snapshots stay in dir, each under dbfilename with its time (UTC) in the "
     "name, so that an earlier state can be had back. 0: none."},

    {"appendonly", "", Section::kLog, kMutable, Flag{&Options::appendonly},
     "Keeps a log: what has changed is written to it as appendfsync says, and at start the log is "
     "loaded instead of the snapshot."},
    {"appenddirname", "", Section::kLog, kImmutable,
     special_word<FileNameOption<&Options::appenddirname>>(),
     "Directory of the log's files, within dir."},
    {"appendfilename", "", Section::kLog, kImmutable,
     special_word<FileNameOption<&Options::appendfilename>>(),
     "What the names of the log's files begin with."},
    {"appendfsync", "", Section::kLog, kMutable, choice<&Options::appendfsync>(kFsyncs),
     "When the log is on disk: before a reply shows what was written (always), so that nothing "
     "acknowledged is ever lost; within about a second (everysec); or when the system gets to it "
     "(no)."},
    {"no-appendfsync-on-rewrite", "", Section::kLog, kMutable,
     Flag{&Options::no_appendfsync_on_rewrite},
     "Leaves the disk to a rewrite while one runs: meanwhile the log is only written, as with "
     "appendfsync no."},
    {"append-log-room", "", Section::kLog, kMutable, memory<&Options::append_log_room>(0),
     "With appendfsync always, how far ahead of its end the log's file is filled with blank lines, "
     "which a sync need not record the length of. 0: not at all, as is best where a file system "
     "copies what is overwritten."},
    {"append-log-queue-limit", "", Section::kLog, kMutable,
     memory<&Options::append_log_queue_limit>(1),
     "While so much waits to be written to the log, nothing more is handed to it: no shard waits "
     "for a slow disk, but what has changed since waits in the shards, where it grows with the "
     "number of different keys."},
    {"append-log-kept-limit", "", Section::kLog, kMutable,
     memory<&Options::append_log_kept_limit>(1),
     "While shards keep more than so much for a log that stands still, writes are refused with "
     "MISCONF."},
    {"auto-aof-rewrite-percentage", "", Section::kLog, kMutable,
     number<&Options::auto_aof_rewrite_percentage>(0, kMaxInt),
     "Rewrites the log when it has grown by so many percent since the last rewrite. 0: never by "
     "itself."},
    {"auto-aof-rewrite-min-size", "", Section::kLog, kMutable,
     memory<&Options::auto_aof_rewrite_min_size>(0),
     "A log smaller than this is not rewritten by itself."},
    {"aof-load-truncated", "", Section::kLog, kMutable, Flag{&Options::aof_load_truncated},
     "Starts from a log whose end is torn, as a crash leaves it, without the torn part; no: "
     "refuses to start until countd-check has repaired it."},
    {"aof-use-rdb-preamble", "", Section::kLog, kMutable, Flag{&Options::aof_use_rdb_preamble},
     "The base of the log is a snapshot (RDB), which is small and read on all threads; no: "
     "commands, as the rest of it."},
    {"aof-timestamp-enabled", "", Section::kLog, kMutable, Flag{&Options::aof_timestamp_enabled},
     "Notes the time in the log, so that countd-check --until can restore the state of a moment."},

    {"maxmemory", "", Section::kMemory, kMutable, memory<&Options::maxmemory>(0),
     "Memory that keys may take before maxmemory-policy decides. 0: no limit."},
    {"maxmemory-policy", "", Section::kMemory, kMutable,
     choice<&Options::maxmemory_policy>(kPolicies),
     "What to do at maxmemory: refuse writes that need memory (noeviction), or remove keys: the "
     "least recently used (lru), least often used (lfu), any (random), next to expire (ttl); of "
     "all keys (allkeys-) or of those that expire (volatile-)."},
    {"maxmemory-samples", "", Section::kMemory, kMutable,
     number<&Options::maxmemory_samples>(1, kMaxInt),
     "Keys to look at for each one removed: more choose better and cost more."},
    {"lfu-log-factor", "", Section::kMemory, kMutable, number<&Options::lfu_log_factor>(0, kMaxInt),
     "How slowly the use counts of the lfu policies grow."},
    {"lfu-decay-time", "", Section::kMemory, kMutable, number<&Options::lfu_decay_time>(0, kMaxInt),
     "Minutes after which an unused key's use count falls by one. 0: never."},
    {"active-expire-effort", "", Section::kMemory, kMutable,
     number<&Options::active_expire_effort>(1, 10),
     "How hard to look for expired keys that nobody asks for, from 1 to 10."},
    {"tracking-table-max-keys", "", Section::kMemory, kMutable,
     number<&Options::tracking_table_max_keys>(0, kMaxLong),
     "Keys that are remembered for clients which want to hear of changes (CLIENT TRACKING); above "
     "that they are told that some key has changed, and it is forgotten. 0: no limit."},

    {"hll-sparse-max-bytes", "", Section::kSketches, kMutable,
     memory<&Options::hll_sparse_max_bytes>(0),
     "Size at which a HyperLogLog changes from the sparse to the dense form (12 KiB)."},
    {"cms-default-error", "", Section::kSketches, kMutable, Fraction{&Options::cms_default_error},
     "Shape of the Count-Min Sketch that CMS.INCR creates: how far above the truth an estimate "
     "may be, as a share of all that was counted."},
    {"cms-default-probability", "", Section::kSketches, kMutable,
     Fraction{&Options::cms_default_probability},
     "Shape of the Count-Min Sketch that CMS.INCR creates: the chance that an estimate is "
     "further off than that."},

    {"slowlog-log-slower-than", "", Section::kObserving, kMutable,
     number<&Options::slowlog_log_slower_than>(-1, kMaxLong),
     "Microseconds from which on a command is kept in the slow log. 0: every command, -1: none."},
    {"slowlog-max-len", "", Section::kObserving, kMutable,
     number<&Options::slowlog_max_len>(0, kMaxLong),
     "Commands the slow log keeps; the oldest go first."},
    {"latency-tracking", "", Section::kObserving, kMutable, Flag{&Options::latency_tracking},
     "Keeps a histogram of the time each command takes, for INFO latencystats."},
    {"latency-tracking-info-percentiles", "", Section::kObserving, kMutable,
     special_list<PercentilesOption>(), "The percentiles that INFO latencystats shows."},
};

constexpr auto kRows = [] {
  std::array<Row, std::size(kLiveRows) + std::size(kInertOptions)> rows{};
  std::size_t at = 0;
  for (const auto& row : kLiveRows) rows[at++] = row;
  std::uint8_t index = 0;
  for (const auto& inert : kInertOptions) {
    rows[at++] = {inert.name,
                  inert.alias,
                  Section::kInert,
                  kMutable,
                  Inert{inert.kind, inert.default_text, inert.only_default, index++},
                  inert.only_default ? "Accepted from Redis at its default alone."
                                     : "Accepted from Redis; has no effect here.",
                  inert.secret};
  }
  return rows;
}();

consteval bool rows_are_complete() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name.empty() || !kRows[i].documentation.ends_with('.')) return false;
    if (i > 0 && kRows[i].section < kRows[i - 1].section) return false;
  }
  return true;
}

consteval bool names_are_unique() {
  std::array<std::string_view, 2 * kRows.size()> names{};
  std::size_t count = 0;
  for (const auto& row : kRows) {
    names[count++] = row.name;
    if (!row.alias.empty()) names[count++] = row.alias;
  }
  const auto end = names.begin() + count;
  std::sort(names.begin(), end);
  return std::adjacent_find(names.begin(), end) == end;
}

static_assert(rows_are_complete(), "rows stand by section and say something");
static_assert(names_are_unique());
static_assert(std::size(kInertOptions) <= 256, "Inert::index is one byte");

}  // namespace

std::span<const Row> option_table() { return kRows; }

const Row* find_option(std::string_view name) {
  for (const auto& row : kRows) {
    if (same_word(row.name, name)) return &row;
    if (!row.alias.empty() && same_word(row.alias, name)) return &row;
  }
  return nullptr;
}

std::string_view section_title(Section section) {
  constexpr std::string_view kTitles[kSections] = {
      "Network: who may connect, from where, and how much they may send",
      "Threads: how the work is shared",
      "Process: how the server runs and what it tells",
      "Snapshots: when and where the data is stored",
      "Log: what has changed since, so that a crash loses nothing",
      "Memory: what happens when it is full",
      "Sketches: HyperLogLog and Count-Min Sketch",
      "Observing: what is kept to look at",
      "Accepted from Redis: has no effect here",
  };
  return kTitles[static_cast<std::size_t>(section)];
}

}  // namespace countd::config
