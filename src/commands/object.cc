// OBJECT: how a value is kept, and how much it is used.
#include <limits>

#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "config/options.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::EvictionPolicy;
using storage::Keyspace;

namespace {

bool counts_frequency(const Arguments& args) {
  const auto policy = args.options().maxmemory_policy;
  return policy == EvictionPolicy::kAllKeysLfu || policy == EvictionPolicy::kVolatileLfu;
}

// The key of the request; answers nil and returns nothing if it does not exist.
std::optional<storage::Key> existing_key(Arguments& args, Keyspace& keys, Reply& reply) {
  args.after_subcommand();
  const auto key = args.next_key();
  if (keys.look(key)) return key;
  reply.null();
  return std::nullopt;
}

void encoding(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = existing_key(args, keys, reply);
  if (key) reply.bulk(keys.peek(*key).value.encoding());
}

void refcount(Arguments& args, Keyspace& keys, Reply& reply) {
  if (existing_key(args, keys, reply)) reply.integer(1);
}

void idletime(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = existing_key(args, keys, reply);
  if (!key) return;
  if (counts_frequency(args)) {
    return reply.error(
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when "
        "switching between policies at runtime LRU and LFU data will take some time to adjust.");
  }
  reply.integer(keys.idle_seconds(*key));
}

void freq(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = existing_key(args, keys, reply);
  if (!key) return;
  if (!counts_frequency(args)) {
    return reply.error(
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note "
        "that when switching between policies at runtime LRU and LFU data will take some time to "
        "adjust.");
  }
  reply.integer(keys.frequency(*key));
}

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply,
              {"ENCODING <key>", "    Tells the form in which the value is kept.", "FREQ <key>",
               "    Tells the logarithm of how often the key is used (LFU policies only).",
               "IDLETIME <key>", "    Tells for how many seconds the key has not been used.",
               "REFCOUNT <key>", "    Tells how many entries share the value: one."});
}

constexpr Command object_row(Command row) {
  row.arity = 3;
  row.flags = kReadOnly;
  row.keys = second_key(kRO);
  row.arguments = kKeyArgument;
  row.tips = "nondeterministic_output";
  return generic_row(row);
}

constexpr Command kSubcommands[] = {
    object_row({.name = "encoding",
                .handler = ShardHandler{encoding},
                .summary = "Tells in what form a key's value is kept",
                .since = "2.2.3"}),
    object_row({.name = "freq",
                .handler = ShardHandler{freq},
                .summary = "Tells the logarithm of how often a key is used",
                .since = "4.0.0"}),
    object_row({.name = "idletime",
                .handler = ShardHandler{idletime},
                .summary = "Tells for how many seconds a key has not been used",
                .since = "2.2.3"}),
    object_row({.name = "refcount",
                .handler = ShardHandler{refcount},
                .summary = "Tells how many entries share a key's value",
                .since = "2.2.3"}),
    generic_row({.name = "help",
                 .arity = 2,
                 .flags = kLoading | kStale,
                 .handler = SessionHandler{help},
                 .summary = "Tells the subcommands",
                 .since = "6.2.0"}),
};
constexpr Command kRows[] = {
    container({.name = "object",
               .handler = SessionHandler{refuse_subcommand},
               .group = "generic",
               .summary = "Subcommands that tell how a value is kept",
               .since = "2.2.3",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> object_commands() { return kRows; }

}  // namespace countd::commands
