// One row of the command table: all that countd knows of a command. Everything said about
// commands (arity errors, COMMAND, COMMAND DOCS, key extraction, the README's table) is derived
// from rows; the type of a row's handler says where it runs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commands/argument_spec.h"

namespace countd::storage {
class Keyspace;
struct Key;
}  // namespace countd::storage

namespace countd::commands {

class Arguments;
class CheckedOut;
class Reply;
class ServerView;
struct Session;

/// What one shard contributes to a command that asks all of them.
struct Partial {
  std::int64_t number = 0;
  std::vector<std::string> items;
};

/// On the shard that owns the key (or that the cursor names).
using ShardHandler = void (*)(Arguments&, storage::Keyspace&, Reply&);
/// On each shard, then merged on the connection's thread; no atomicity across shards.
struct GatherHandler {
  void (*on_shard)(Arguments&, storage::Keyspace&, Partial&);
  void (*merge)(Arguments&, std::span<Partial>, Reply&);
};
/// With all shards of its keys (or all shards: kAllShards) checked out.
using SpanHandler = void (*)(Arguments&, CheckedOut&, Reply&);
/// On the connection's thread, without data; takes effect at dispatch.
using SessionHandler = void (*)(Arguments&, Session&, Reply&);
/// On the connection's thread, once all earlier commands of the connection are done.
using AdminHandler = void (*)(Arguments&, ServerView&, Reply&);

/// Asks for the memory that a request will touch, a few requests before it runs; changes nothing.
/// The key's record has been asked for before. What it had to work out of the words for that it
/// returns, for the handler to find in Arguments::foresight(), or 0.
using PrefetchHook = std::uint64_t (*)(std::span<const std::string_view> words, const storage::Key&,
                                       const storage::Keyspace&);

using Handler = std::variant<std::monostate, ShardHandler, GatherHandler, SpanHandler,
                             SessionHandler, AdminHandler>;

/// Bits of Command::flags; COMMAND INFO shows those of the first group.
enum Flag : std::uint32_t {
  kWrite = 1u << 0,
  kReadOnly = 1u << 1,
  kDenyOom = 1u << 2,
  kAdmin = 1u << 3,
  kPubSub = 1u << 4,
  kNoScript = 1u << 5,
  kBlocking = 1u << 6,
  kLoading = 1u << 7,
  kStale = 1u << 8,
  kSkipMonitor = 1u << 9,
  kSkipSlowlog = 1u << 10,
  kFast = 1u << 11,
  kNoAuth = 1u << 12,
  kNoMulti = 1u << 13,
  kMovableKeys = 1u << 14,
  kAllowBusy = 1u << 15,
  kNoMandatoryKeys = 1u << 17,
  kNoAsyncLoading = 1u << 18,
  // ours
  kAllShards = 1u << 24,    // a SpanHandler over everything, or the whole database
  kByCursor = 1u << 25,     // a ShardHandler routed by the cursor in its first argument
  kGuarded = 1u << 26,      // only for whom enable-debug-command lets in (debug_refusal)
  kObjectValue = 1u << 27,  // the value is an object on the heap: worth fetching ahead
  kSecrets = 1u << 28,      // a password may be among its words (hide_secrets)
  kMayWrite = 1u << 29,     // a read that may keep what it has found: waits with the writes
};

/// How increments of one key are added together: the delta's sign and where it stands.
enum class Fold : std::uint8_t { kNone, kPlusOne, kMinusOne, kPlusArgument, kMinusArgument };

/// What a command does to a key, in Redis's words (COMMAND INFO, COMMAND GETKEYSANDFLAGS): one of
/// the first four bits, and any of the others.
enum KeyAccess : std::uint16_t {
  kAccessDerived = 0,  // RO access or RW update, as the row's flags say
  kRO = 1u << 0,
  kRW = 1u << 1,
  kOW = 1u << 2,  // overwrites
  kRM = 1u << 3,  // removes
  kAccess = 1u << 4,
  kUpdate = 1u << 5,
  kInsert = 1u << 6,
  kDelete = 1u << 7,
  kVariable = 1u << 8,  // depends on the arguments; the other bits are the most it may do
};

/// Where keys stand in a request. `first` 0: no keys. `last` counts from the end if negative.
/// With `count_at` > 0 the number of keys stands in that argument and they follow it;
/// `first` > 0 then says that argument `first` is a key too (as in ZUNIONSTORE).
struct KeySpec {
  int first = 0;
  int last = 0;
  int step = 0;
  int count_at = 0;
  std::uint16_t access = kAccessDerived;       // bits of KeyAccess
  std::uint16_t rest_access = kAccessDerived;  // of the keys after the first, where it differs
};

struct Command {
  std::string_view name = {};  // lower case; a subcommand's own name ("get" of "config")
  int arity = 0;               // Redis's: the name counts; negative: at least
  std::uint32_t flags = 0;
  KeySpec keys = {};
  std::string_view categories = {};  // ACL categories besides those the flags imply: "@string"
  Handler handler = {};
  PrefetchHook prefetch = nullptr;  // for values that lie outside the record
  std::string_view group = {};      // "string", "generic", "hyperloglog", "cms", …
  std::string_view summary = {};
  std::string_view complexity = {};
  std::string_view since = {};  // Redis version; "countd 0.1.0" for ours
  std::span<const Argument> arguments = {};
  std::span<const Command> subcommands = {};
  Fold fold = Fold::kNone;
  std::string_view history = {};   // "6.2.0: Added the `GET` option.; 7.0.0: …"
  std::string_view tips = {};      // "request_policy:all_shards response_policy:agg_sum"
  std::string_view key_note = {};  // what COMMAND INFO remarks on what is done to the first key
  /// Words that name it: 1, or 2 for a subcommand (the table sets it). Arguments begin there.
  std::uint8_t name_words = 1;
};

/// Finds rows by name, whatever its case. Built once at start; immutable afterwards. Its rows are
/// copies of the families' rows, side by side, so that a row's index is a subtraction.
class CommandTable {
 public:
  CommandTable();
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;

  /// The row of a command, or null.
  [[nodiscard]] const Command* find(std::string_view name) const;
  /// The row of a request: a container command (CONFIG, CLIENT …) gives its subcommand's row,
  /// or its own row if there is no such subcommand (its handler then says so). Null: unknown
  /// command. REQUIRES: words is not empty.
  [[nodiscard]] const Command* resolve(std::span<const std::string_view> words) const {
    const Command* row = find(words[0]);
    return row == nullptr || row->subcommands.empty() ? row : resolve_subcommand(*row, words);
  }
  /// The rows of commands, subcommands left out, in the order of the families.
  [[nodiscard]] std::span<const Command* const> all() const { return commands_; }
  /// Every row, subcommands included, by index.
  [[nodiscard]] std::span<const Command> rows() const { return rows_; }
  /// Dense index of a row or subcommand row in [0, count()): for per-command statistics.
  /// REQUIRES: a row of this table.
  [[nodiscard]] std::size_t index(const Command& row) const {
    return static_cast<std::size_t>(&row - rows_.data());
  }
  [[nodiscard]] std::size_t count() const { return rows_.size(); }
  /// "get", "config|get".
  [[nodiscard]] std::string_view full_name(const Command& row) const {
    return full_names_[index(row)];
  }

 private:
  struct Bucket {
    std::uint64_t head = 0;  // the name, packed
    std::uint64_t tail = 0;
    std::size_t length = 0;
    const Command* row = nullptr;
  };

  void add_subcommands();
  void add_names();
  const Command* resolve_subcommand(const Command& container,
                                    std::span<const std::string_view> words) const;

  std::vector<Command> rows_;
  std::vector<const Command*> commands_;
  std::vector<std::string> full_names_;
  std::vector<Bucket> buckets_;
};

/// Appends the positions of a request's keys to `positions`; false if the request is malformed
/// (its handler then answers with the error before it touches any key).
bool key_positions(const Command& row, std::span<const std::string_view> words,
                   std::vector<int>& positions);

/// Does the number of words suit the row?
inline bool arity_fits(const Command& row, std::size_t words) {
  return row.arity >= 0 ? words == static_cast<std::size_t>(row.arity)
                        : words >= static_cast<std::size_t>(-row.arity);
}

}  // namespace countd::commands
