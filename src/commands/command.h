// One row of the command table: all that countd knows of a command. Everything said about
// commands (arity errors, COMMAND, COMMAND DOCS, key extraction, the README's table) is derived
// from rows; the type of a row's handler says where it runs.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace countd::storage {
class Keyspace;
}

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

using Handler = std::variant<std::monostate, ShardHandler, GatherHandler, SpanHandler,
                             SessionHandler, AdminHandler>;

/// Bits of Command::flags. The first group is what COMMAND INFO shows, in its order.
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
  // ours
  kAllShards = 1u << 24,     // a SpanHandler over everything, or the whole database
  kByCursor = 1u << 25,      // a ShardHandler routed by the cursor in its first argument
};

/// How increments of one key are added together: the delta's sign and where it stands.
enum class Fold : std::uint8_t { kNone, kPlusOne, kMinusOne, kPlusArgument, kMinusArgument };

/// Where keys stand in a request. `first` 0: no keys. `last` counts from the end if negative.
/// With `count_at` > 0 the number of keys stands in that argument and they follow it;
/// `destination` then says that argument `first` is a key too (as in ZUNIONSTORE).
struct KeySpec {
  int first = 0;
  int last = 0;
  int step = 0;
  int count_at = 0;
};

/// An argument as COMMAND DOCS shows it.
struct Argument;

struct Command {
  std::string_view name;     // lower case; a subcommand's own name ("get" of "config")
  int arity = 0;             // Redis's: the name counts; negative: at least
  std::uint32_t flags = 0;
  KeySpec keys;
  std::string_view categories;  // ACL categories besides those the flags imply: "@string"
  Handler handler;
  std::string_view group;       // "string", "generic", "hyperloglog", "cms", …
  std::string_view summary;
  std::string_view complexity;
  std::string_view since;       // Redis version; "countd 0.1.0" for ours
  std::span<const Argument> arguments;
  std::span<const Command> subcommands;
  Fold fold = Fold::kNone;
  std::string_view history;     // "6.2.0: Added the `GET` option.; …"
};

/// Finds rows by name, whatever its case. Built once at start; immutable afterwards.
class CommandTable {
 public:
  CommandTable();

  /// The row of a command, or null.
  [[nodiscard]] const Command* find(std::string_view name) const;
  /// The row of a request: a container command (CONFIG, CLIENT …) gives its subcommand's row,
  /// or its own row if there is no such subcommand. Null: unknown command.
  [[nodiscard]] const Command* resolve(std::span<const std::string_view> words) const;
  [[nodiscard]] std::span<const Command* const> all() const { return rows_; }
  /// Dense index of a row or subcommand row in [0, count()): for per-command statistics.
  [[nodiscard]] std::size_t index(const Command& row) const;
  [[nodiscard]] std::size_t count() const;
  /// "get", "config|get".
  [[nodiscard]] std::string_view full_name(const Command& row) const;

 private:
  std::vector<const Command*> rows_;
  // (private parts are the implementation's to shape)
};

/// Appends the positions of a request's keys to `positions`; false if the request is malformed.
bool key_positions(const Command& row, std::span<const std::string_view> words,
                   std::vector<int>& positions);

/// Does the number of words suit the row?
inline bool arity_fits(const Command& row, std::size_t words) {
  return row.arity >= 0 ? words == static_cast<std::size_t>(row.arity)
                        : words >= static_cast<std::size_t>(-row.arity);
}

}  // namespace countd::commands
