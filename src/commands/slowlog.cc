// SLOWLOG: the requests that took long, newest first.
#include "metrics/slow_log.h"

#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/server_view.h"

namespace countd::commands {

using enum ArgumentType;

namespace {

constexpr std::int64_t kShownUnlessAsked = 10;

void answer_entry(const metrics::SlowLogEntry& entry, Reply& reply) {
  reply.array(6);
  reply.integer(static_cast<std::int64_t>(entry.id));
  reply.integer(entry.unix_time);
  reply.integer(entry.micros);
  reply.array(entry.words.size());
  for (const auto& word : entry.words) reply.bulk(word);
  reply.bulk(entry.peer);
  reply.bulk(entry.client_name);
}

void get(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  if (args.remaining() > 1) return reply.error(misused_subcommand(args.words()));
  std::int64_t count = kShownUnlessAsked;
  if (!args.done()) {
    const auto asked = storage::parse_integer(args.next());
    if (!asked || *asked < -1) {
      return reply.error("ERR count should be greater than or equal to -1");
    }
    count = *asked;
  }
  const auto entries = server.slow_log().entries(count);
  reply.array(entries.size());
  for (const auto& entry : entries) answer_entry(entry, reply);
}

void len(Arguments&, ServerView& server, Reply& reply) {
  reply.integer(static_cast<std::int64_t>(server.slow_log().size()));
}

void reset(Arguments&, ServerView& server, Reply& reply) {
  server.slow_log().reset();
  reply.ok();
}

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply,
              {"GET [<count>]", "    Tells the newest entries: 10 unless given, all if -1. Each is",
               "    its number, the Unix time, the microseconds it took, the words,",
               "    the client's address and the client's name.", "LEN",
               "    Tells how many entries there are.", "RESET", "    Forgets all entries."});
}

constexpr Argument kGetArguments[] = {{.name = "count", .type = kInteger, .flags = kOptional}};

constexpr Command slowlog_row(Command row) {
  row.flags = kAdmin | kLoading | kStale;
  return server_row(row);
}

constexpr Command kSubcommands[] = {
    slowlog_row({.name = "get",
                 .arity = -2,
                 .handler = AdminHandler{get},
                 .summary = "Tells the slowest commands of late",
                 .complexity = "O(N), N: entries told",
                 .since = "2.2.12",
                 .arguments = kGetArguments,
                 .history = "4.0.0: tells the client's address and name",
                 .tips = "request_policy:all_nodes nondeterministic_output"}),
    server_row({.name = "help",
                .arity = 2,
                .flags = kLoading | kStale,
                .handler = SessionHandler{help},
                .summary = "Tells the subcommands",
                .since = "6.2.0"}),
    slowlog_row(
        {.name = "len",
         .arity = 2,
         .handler = AdminHandler{len},
         .summary = "Tells how many entries the slow log has",
         .since = "2.2.12",
         .tips = "request_policy:all_nodes response_policy:agg_sum nondeterministic_output"}),
    slowlog_row({.name = "reset",
                 .arity = 2,
                 .handler = AdminHandler{reset},
                 .summary = "Empties the slow log",
                 .complexity = "O(N), N: entries",
                 .since = "2.2.12",
                 .tips = "request_policy:all_nodes response_policy:all_succeeded"}),
};
constexpr Command kRows[] = {
    container({.name = "slowlog",
               .handler = SessionHandler{refuse_subcommand},
               .group = "server",
               .summary = "Subcommands on the log of slow commands",
               .since = "2.2.12",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> slowlog_commands() { return kRows; }

}  // namespace countd::commands
