// The append log on demand: its rewriting, and waiting until what was written is durable.
#include <memory>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/server_view.h"

namespace countd::commands {

using enum ArgumentType;

namespace {

void bgrewriteaof(Arguments&, ServerView& server, Reply& reply) {
  if (!server.log_on()) return reply.error("ERR the append only log is off (option appendonly)");
  if (!server.rewrite_log()) {
    return reply.error("ERR Background append only file rewriting already in progress");
  }
  reply.status("Background append only file rewriting started");
}

// What a replica has stored is never known here: who asks for one waits until the time is up.
void waitaof(Arguments& args, ServerView& server, Reply& reply) {
  const auto local = args.next_int();
  const auto replicas = args.next_int();
  const auto timeout_ms = storage::parse_integer(args.next());
  if (!timeout_ms) args.fail("ERR timeout is not an integer or out of range");
  if (args.failed()) return args.report(reply);
  if (local < 0 || local > 1 || replicas < 0) {
    return reply.error("ERR value is out of range, must be between 0 and 1");
  }
  if (*timeout_ms < 0) return reply.error("ERR timeout is negative");
  if (local == 1 && !server.log_on()) {
    return reply.error(
        "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
  }
  auto later = server.defer(reply);
  DurableWait wait;
  wait.client = server.session().id;
  wait.timeout_ms = *timeout_ms;
  wait.until_timeout = replicas > 0;
  wait.refused = [later] {
    later->complete(
        [](Reply& answer) { answer.error("UNBLOCKED client unblocked via CLIENT UNBLOCK"); });
  };
  server.when_durable(wait, [later](bool durable) {
    later->complete([durable](Reply& answer) {
      answer.array(2);
      answer.integer(durable ? 1 : 0);
      answer.integer(0);
    });
  });
}

constexpr Argument kWaitaofArguments[] = {
    {"numlocal", kInteger}, {"numreplicas", kInteger}, {"timeout", kInteger}};

constexpr Command kRows[] = {
    server_row({.name = "bgrewriteaof",
                .arity = 1,
                .flags = kAdmin | kNoScript | kNoAsyncLoading,
                .handler = AdminHandler{bgrewriteaof},
                .summary = "Begins to rewrite the append only log as a new base",
                .complexity = "O(1)",
                .since = "1.0.0"}),
    in_group("generic", "@connection",
             {.name = "waitaof",
              .arity = 4,
              .flags = kBlocking,
              .handler = AdminHandler{waitaof},
              .summary = "Waits until what was written before is on disk",
              .complexity = "O(1)",
              .since = "7.2.0",
              .arguments = kWaitaofArguments,
              .tips = "request_policy:all_shards response_policy:agg_min"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> append_log_commands() { return kRows; }

}  // namespace countd::commands
