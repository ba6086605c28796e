// Whole databases: emptied and exchanged, on all shards at once.
#include <limits>
#include <optional>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "config/options.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {

// ASYNC and SYNC say who frees the memory in Redis; here it is the shard either way.
void flush(Arguments& args, CheckedOut& shards, Reply& reply, int db) {
  const bool known = args.done() || args.next_is("async") || args.next_is("sync");
  if (!known || !args.done()) return reply.error(Errc::kSyntax);
  for (storage::Keyspace* keys : shards.all()) keys->clear(db);
  reply.ok();
}

void flushdb(Arguments& args, CheckedOut& shards, Reply& reply) {
  flush(args, shards, reply, args.db());
}

void flushall(Arguments& args, CheckedOut& shards, Reply& reply) { flush(args, shards, reply, -1); }

// Beyond the range of int it is no index at all, says Redis.
std::optional<std::int64_t> int_index(std::string_view text) {
  const auto index = storage::parse_integer(text);
  if (!index || *index < std::numeric_limits<int>::min() ||
      *index > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  return index;
}

void swapdb(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto first = int_index(args.next());
  if (!first) return reply.error("ERR invalid first DB index");
  const auto second = int_index(args.next());
  if (!second) return reply.error("ERR invalid second DB index");
  const auto exists = [&](std::int64_t db) { return db >= 0 && db < args.options().databases; };
  if (!exists(*first) || !exists(*second)) return reply.error(Errc::kDbIndexOutOfRange);
  if (*first != *second) {
    for (storage::Keyspace* keys : shards.all()) {
      keys->swap_databases(static_cast<int>(*first), static_cast<int>(*second));
    }
  }
  reply.ok();
}

constexpr Argument kHow[] = {
    {"async", kPureToken, "ASYNC", 0, -1, "4.0.0"},
    {"sync", kPureToken, "SYNC", 0, -1, "6.2.0"},
};
constexpr Argument kFlushArguments[] = {
    {.name = "async", .type = kOneOf, .flags = kOptional, .arguments = kHow}};
constexpr Argument kSwapdbArguments[] = {{"index1", kInteger}, {"index2", kInteger}};

constexpr Command database_row(Command row) {
  row.flags |= kWrite | kAllShards;
  return in_group("server", "@keyspace @dangerous", row);
}
constexpr std::string_view kFlushHistory = "4.0.0: added ASYNC; 6.2.0: added SYNC";
constexpr std::string_view kFlushTips = "request_policy:all_shards response_policy:all_succeeded";

constexpr Command kRows[] = {
    database_row({.name = "flushdb",
                  .arity = -1,
                  .handler = SpanHandler{flushdb},
                  .summary = "Deletes all keys of the database",
                  .complexity = "O(N), N: keys of the database",
                  .since = "1.0.0",
                  .arguments = kFlushArguments,
                  .history = kFlushHistory,
                  .tips = kFlushTips}),
    database_row({.name = "flushall",
                  .arity = -1,
                  .handler = SpanHandler{flushall},
                  .summary = "Deletes all keys of all databases",
                  .complexity = "O(N), N: keys of all databases",
                  .since = "1.0.0",
                  .arguments = kFlushArguments,
                  .history = kFlushHistory,
                  .tips = kFlushTips}),
    database_row({.name = "swapdb",
                  .arity = 3,
                  .flags = kFast,
                  .handler = SpanHandler{swapdb},
                  .summary = "Exchanges two databases",
                  .since = "4.0.0",
                  .arguments = kSwapdbArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> database_commands() { return kRows; }

}  // namespace countd::commands
