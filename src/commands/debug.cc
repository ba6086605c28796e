// DEBUG: what tests and curious people ask of a server.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <string>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/container.h"
#include "commands/debug_protocol.h"
#include "commands/digest.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/server_view.h"
#include "config/options.h"
#include "storage/rdb/dump.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

std::string_view debug_refusal(const config::Options& options, const Session& session) {
  const auto allowed = options.enable_debug_command;
  const bool refused =
      allowed == config::Access::kNo || (allowed == config::Access::kLocal && !is_local(session));
  if (!refused) return {};
  return "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", "
         "you can run it from a local connection, otherwise you need to set this option in the "
         "configuration file, and then restart the server.";
}

namespace {

void unknown(Arguments& args, Session&, Reply& reply) {
  reply.error(misused_subcommand(args.words()));
}

// With every shard checked out, so that the whole server stands still, as a test wants it to.
void sleep(Arguments& args, CheckedOut&, Reply& reply) {
  args.after_subcommand();
  const double seconds = std::max(0.0, std::strtod(std::string(args.next()).c_str(), nullptr));
  const double whole = std::floor(seconds);
  timespec time{.tv_sec = static_cast<time_t>(whole),
                .tv_nsec = static_cast<long>((seconds - whole) * 1e9)};
  while (nanosleep(&time, &time) != 0 && errno == EINTR) {
  }
  reply.ok();
}

void reload(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  if (!args.done()) return reply.error("ERR DEBUG RELOAD takes no options");
  auto later = server.defer(reply);
  server.reload([later](bool ok, const std::string& error) {
    later->complete([ok, error](Reply& answer) {
      if (ok) return answer.ok();
      answer.error(error.empty() ? "ERR Error trying to load the RDB dump" : "ERR " + error);
    });
  });
}

void object(Arguments& args, Keyspace& keys, Reply& reply) {
  constexpr std::size_t kAroundValue = 11;  // a dump's type, version and CRC
  args.after_subcommand();
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  if (!entry) return reply.error(Errc::kNoSuchKey);
  const auto length = storage::rdb::dump(entry.value).size() - kAroundValue;
  const auto idle = keys.idle_seconds(key);
  reply.simple(fmt::format(
      "Value at:0x0 refcount:1 encoding:{} serializedlength:{} lru:{} lru_seconds_idle:{}",
      entry.value.encoding(), length, keys.now() / 1000 - idle, idle));
}

void set_active_expire(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  server.set_active_expire(std::atoi(std::string(args.next()).c_str()) != 0);
  reply.ok();
}

// One digest and one number of keys a database; the digests stand in the partial's items.
void digest_on_shard(Arguments& args, Keyspace& keys, Partial& partial) {
  constexpr std::size_t kStep = 1024;
  for (int db = 0; db < args.options().databases; ++db) {
    Digest digest;
    bool has_keys = false;
    std::uint64_t cursor = 0;
    do {
      cursor =
          keys.scan(db, cursor, kStep, [&](std::string_view key, const storage::EntryView& entry) {
            has_keys = true;
            digest.add(digest_of_key(key, entry).bytes());
          });
    } while (cursor != 0);
    partial.items.emplace_back(has_keys ? digest.bytes() : std::string_view());
  }
}

void merge_digests(Arguments&, std::span<Partial> partials, Reply& reply) {
  Digest total;
  for (std::size_t db = 0; db < partials[0].items.size(); ++db) {
    Digest keys;
    bool has_keys = false;
    for (const auto& partial : partials) {
      if (partial.items[db].empty()) continue;
      has_keys = true;
      keys.merge(Digest::of_bytes(partial.items[db]));
    }
    if (!has_keys) continue;
    mix_database(total, static_cast<int>(db));
    total.merge(keys);
  }
  reply.simple(total.text());
}

void digest_value(Arguments& args, CheckedOut& shards, Reply& reply) {
  args.after_subcommand();
  reply.array(args.remaining());
  while (!args.done()) {
    const auto key = args.next_key();
    const auto entry = shards.of(key).peek(key);
    reply.simple((entry ? digest_of_entry(entry) : Digest()).text());
  }
}

void error(Arguments& args, Session&, Reply& reply) {
  args.after_subcommand();
  reply.error(args.next());
}

void accept(Arguments&, Session&, Reply& reply) { reply.ok(); }

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply,
              {"CHANGE-REPL-ID",
               "    Accepted.",
               "DIGEST",
               "    Tells a digest of all data, equal to Redis's of the same data.",
               "DIGEST-VALUE <key> [<key> ...]",
               "    Tells digests of values.",
               "ERROR <text>",
               "    Answers with this error.",
               "LOG <text>",
               "    Accepted.",
               "OBJECT <key>",
               "    Tells how the value is kept.",
               "PROTOCOL <type>",
               "    Answers with a reply of this type.",
               "QUICKLIST-PACKED-THRESHOLD <size>",
               "    Accepted.",
               "RELOAD",
               "    Saves a snapshot, and loads it again.",
               "SET-ACTIVE-EXPIRE <0|1>",
               "    Chooses whether expired keys are looked for.",
               "SLEEP <seconds>",
               "    Lets the server stand still."});
}

constexpr Argument kSleepArguments[] = {{"seconds", kDouble}};
constexpr Argument kSwitchArguments[] = {{"on", kInteger}};
constexpr Argument kTextArguments[] = {{"text"}};

constexpr Command debug_row(Command row) {
  row.flags |= kAdmin | kNoScript | kLoading | kStale | kGuarded;
  return server_row(row);
}

constexpr Command kSubcommands[] = {
    debug_row({.name = "change-repl-id",
               .arity = 2,
               .handler = SessionHandler{accept},
               .summary = "Accepted, and does nothing",
               .since = "3.2.0"}),
    debug_row({.name = "digest",
               .arity = 2,
               .handler = GatherHandler{digest_on_shard, merge_digests},
               .summary = "Tells a digest of all data",
               .complexity = "O(N), N: bytes of all data",
               .since = "2.0.0"}),
    debug_row({.name = "digest-value",
               .arity = -3,
               .flags = kReadOnly,
               .keys = {.first = 2, .last = -1, .step = 1, .access = kRO},
               .handler = SpanHandler{digest_value},
               .summary = "Tells digests of values",
               .complexity = "O(N), N: bytes of the values",
               .since = "5.0.0",
               .arguments = kKeysArgument}),
    debug_row({.name = "error",
               .arity = 3,
               .handler = SessionHandler{error},
               .summary = "Answers with an error",
               .since = "3.0.0",
               .arguments = kTextArguments}),
    debug_row({.name = "help",
               .arity = 2,
               .handler = SessionHandler{help},
               .summary = "Tells the subcommands",
               .since = "5.0.0"}),
    debug_row({.name = "log",
               .arity = 3,
               .handler = SessionHandler{accept},
               .summary = "Accepted, and does nothing",
               .since = "4.0.0",
               .arguments = kTextArguments}),
    debug_row({.name = "object",
               .arity = 3,
               .flags = kReadOnly,
               .keys = second_key(kRO),
               .handler = ShardHandler{object},
               .summary = "Tells how a value is kept",
               .since = "1.0.0",
               .arguments = kKeyArgument}),
    debug_row({.name = "protocol",
               .arity = 3,
               .handler = SessionHandler{debug_protocol},
               .summary = "Answers with a reply of some type",
               .since = "6.0.0",
               .arguments = kTextArguments}),
    debug_row({.name = "quicklist-packed-threshold",
               .arity = 3,
               .handler = SessionHandler{accept},
               .summary = "Accepted, and does nothing",
               .since = "7.0.0",
               .arguments = kTextArguments}),
    debug_row({.name = "reload",
               .arity = -2,
               .handler = AdminHandler{reload},
               .summary = "Saves a snapshot, and loads it again",
               .complexity = "O(N), N: keys of all databases",
               .since = "1.0.0"}),
    debug_row({.name = "set-active-expire",
               .arity = 3,
               .handler = AdminHandler{set_active_expire},
               .summary = "Chooses whether expired keys are looked for",
               .since = "2.8.0",
               .arguments = kSwitchArguments}),
    debug_row({.name = "sleep",
               .arity = 3,
               .flags = kAllShards,
               .handler = SpanHandler{sleep},
               .summary = "Lets the server stand still",
               .since = "2.0.0",
               .arguments = kSleepArguments}),
};
constexpr Command kRows[] = {
    debug_row(container({.name = "debug",
                         .handler = SessionHandler{unknown},
                         .summary = "Subcommands for tests",
                         .since = "1.0.0",
                         .subcommands = kSubcommands})),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> debug_commands() { return kRows; }

}  // namespace countd::commands
