// CONFIG: settings read and changed at run time, through the one store that holds them.
#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/server_view.h"
#include "config/store.h"

namespace countd::commands {

using enum ArgumentType;

namespace {

void get(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  std::vector<std::string> patterns;
  while (!args.done()) patterns.emplace_back(args.next());
  const auto pairs = server.config().get(patterns);
  reply.map(pairs.size());
  for (const auto& [name, value] : pairs) {
    reply.bulk(name);
    reply.bulk(value);
  }
}

void set(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  if (args.remaining() % 2 != 0) return reply.error(storage::Errc::kSyntax);
  std::vector<config::Store::Pair> pairs;
  while (!args.done()) {
    std::string name(args.next());
    pairs.emplace_back(std::move(name), args.next());
  }
  const auto caller = is_local(server.session()) ? config::Caller::kLocal : config::Caller::kRemote;
  const auto error = server.config().set(pairs, caller);
  error ? reply.error(*error) : reply.ok();
}

void rewrite(Arguments&, ServerView& server, Reply& reply) {
  const auto error = server.config().rewrite();
  error ? reply.error(*error) : reply.ok();
}

void resetstat(Arguments&, ServerView& server, Reply& reply) {
  server.reset_statistics();
  reply.ok();
}

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(
      args, reply,
      {"GET <pattern> [<pattern> ...]", "    Tells the options that match, with their values.",
       "RESETSTAT", "    Sets INFO's statistics back to zero.", "REWRITE",
       "    Brings the configuration file up to date.",
       "SET <option> <value> [<option> <value> ...]", "    Changes options, all of them or none."});
}

constexpr Argument kOption[] = {{"parameter"}};
constexpr Argument kOptionValue[] = {{"parameter"}, {"value"}};
constexpr Argument kGetArguments[] = {
    {.name = "parameter", .type = kBlock, .flags = kMultiple, .arguments = kOption}};
constexpr Argument kSetArguments[] = {
    {.name = "parameter_value", .type = kBlock, .flags = kMultiple, .arguments = kOptionValue}};

constexpr Command config_row(Command row) {
  row.flags |= kAdmin | kNoScript | kLoading | kStale;
  return server_row(row);
}
constexpr std::string_view kOfOptions = "O(N), N: number of options given";

constexpr Command kSubcommands[] = {
    config_row({.name = "get",
                .arity = -3,
                .handler = AdminHandler{get},
                .summary = "Tells options and their values",
                .complexity = kOfOptions,
                .since = "2.0.0",
                .arguments = kGetArguments,
                .history = "7.0.0: takes several patterns"}),
    server_row({.name = "help",
                .arity = 2,
                .flags = kLoading | kStale,
                .handler = SessionHandler{help},
                .summary = "Tells the subcommands",
                .since = "5.0.0"}),
    config_row({.name = "resetstat",
                .arity = 2,
                .handler = AdminHandler{resetstat},
                .summary = "Sets INFO's statistics back to zero",
                .since = "2.0.0"}),
    config_row({.name = "rewrite",
                .arity = 2,
                .handler = AdminHandler{rewrite},
                .summary = "Brings the configuration file up to date",
                .since = "2.8.0"}),
    config_row({.name = "set",
                .arity = -4,
                .flags = kSecrets,
                .handler = AdminHandler{set},
                .summary = "Changes options",
                .complexity = kOfOptions,
                .since = "2.0.0",
                .arguments = kSetArguments,
                .history = "7.0.0: takes several options",
                .tips = "request_policy:all_nodes response_policy:all_succeeded"}),
};
constexpr Command kRows[] = {
    container({.name = "config",
               .handler = SessionHandler{refuse_subcommand},
               .group = "server",
               .summary = "Subcommands on the configuration",
               .since = "2.0.0",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> config_commands() { return kRows; }

}  // namespace countd::commands
