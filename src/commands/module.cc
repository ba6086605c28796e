#include "commands/module.h"

#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"

namespace countd::commands {

void answer_modules(Reply& reply) {
  constexpr std::int64_t kBloomVersion = 20612;  // RedisBloom 2.6.12
  reply.array(1);
  reply.map(4);
  reply.bulk("name");
  reply.bulk("bf");
  reply.bulk("ver");
  reply.integer(kBloomVersion);
  reply.bulk("path");
  reply.bulk("");
  reply.bulk("args");
  reply.array(0);
}

namespace {

void list(Arguments&, Session&, Reply& reply) { answer_modules(reply); }

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply, {"LIST", "    Tells whose commands are built in."});
}

constexpr Command kSubcommands[] = {
    server_row({.name = "list",
                .arity = 2,
                .flags = kAdmin | kNoScript,
                .handler = SessionHandler{list},
                .summary = "Tells whose commands are built in",
                .since = "4.0.0",
                .tips = "nondeterministic_output_order"}),
    server_row({.name = "help",
                .arity = 2,
                .flags = kLoading | kStale,
                .handler = SessionHandler{help},
                .summary = "Tells the subcommands",
                .since = "5.0.0"}),
};
constexpr Command kRows[] = {
    container({.name = "module",
               .handler = SessionHandler{refuse_subcommand},
               .group = "server",
               .summary = "Subcommands on modules",
               .since = "4.0.0",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> module_commands() { return kRows; }

}  // namespace countd::commands
