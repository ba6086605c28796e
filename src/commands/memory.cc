// MEMORY: what an entry takes.
#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {

void usage(Arguments& args, storage::Keyspace& keys, Reply& reply) {
  args.after_subcommand();
  const auto key = args.next_key();
  // How many members to sample is of no account: every value knows its size.
  while (!args.done() && !args.failed()) {
    if (args.remaining() < 2 || !args.next_is("samples")) {
      args.fail(Errc::kSyntax);
    } else if (args.next_int() < 0) {
      args.fail(Errc::kSyntax);
    }
  }
  if (args.failed()) return args.report(reply);
  if (!keys.peek(key)) return reply.null();
  reply.integer(static_cast<std::int64_t>(keys.entry_bytes(key)));
}

void doctor(Arguments&, Session&, Reply& reply) {
  reply.verbatim(
      "Nothing to treat: entries are kept in segments that are filled and freed whole. INFO memory "
      "has the figures.\n");
}

void purge(Arguments&, Session&, Reply& reply) { reply.ok(); }

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(
      args, reply,
      {"DOCTOR", "    Tells what is amiss with the memory.", "PURGE",
       "    Accepted; memory is given back without being asked for.",
       "USAGE <key> [SAMPLES <count>]", "    Tells how many bytes the key and its value take."});
}

constexpr Argument kUsageArguments[] = {{"key", kKey}, {"count", kInteger, "SAMPLES", kOptional}};

constexpr Command kSubcommands[] = {
    server_row(
        {.name = "doctor",
         .arity = 2,
         .handler = SessionHandler{doctor},
         .summary = "Tells what is amiss with the memory",
         .since = "4.0.0",
         .tips = "nondeterministic_output request_policy:all_shards response_policy:special"}),
    server_row({.name = "help",
                .arity = 2,
                .flags = kLoading | kStale,
                .handler = SessionHandler{help},
                .summary = "Tells the subcommands",
                .since = "4.0.0"}),
    server_row({.name = "purge",
                .arity = 2,
                .handler = SessionHandler{purge},
                .summary = "Accepted, and does nothing",
                .since = "4.0.0",
                .tips = "request_policy:all_shards response_policy:all_succeeded"}),
    server_row({.name = "usage",
                .arity = -3,
                .flags = kReadOnly,
                .keys = second_key(kRO),
                .handler = ShardHandler{usage},
                .summary = "Tells how many bytes a key and its value take",
                .since = "4.0.0",
                .arguments = kUsageArguments}),
};
constexpr Command kRows[] = {
    container({.name = "memory",
               .handler = SessionHandler{refuse_subcommand},
               .group = "server",
               .summary = "Subcommands on memory",
               .since = "4.0.0",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> memory_commands() { return kRows; }

}  // namespace countd::commands
