// Snapshots on demand, and the end of the server.
#include <memory>
#include <string>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/server_view.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {

constexpr std::string_view kInProgress = "ERR Background save already in progress";

void save(Arguments&, ServerView& server, Reply& reply) {
  if (server.snapshot_status().running) return reply.error(kInProgress);
  auto later = server.defer(reply);
  const bool started = server.start_snapshot([later](bool ok, const std::string& error) {
    later->complete([ok, error](Reply& answer) {
      ok ? answer.ok() : answer.error(error.empty() ? "ERR" : "ERR " + error);
    });
  });
  // Another thread's BGSAVE was quicker.
  if (!started) later->complete([](Reply& answer) { answer.error(kInProgress); });
}

// SCHEDULE waits for a log rewrite in Redis; there is none here that would stand in the way.
void bgsave(Arguments& args, ServerView& server, Reply& reply) {
  if (!args.done() && !args.next_is("schedule")) return reply.error(Errc::kSyntax);
  if (!args.done()) return reply.error(Errc::kSyntax);
  if (!server.start_snapshot([](bool, const std::string&) {})) return reply.error(kInProgress);
  reply.status("Background saving started");
}

void lastsave(Arguments&, ServerView& server, Reply& reply) {
  reply.integer(server.snapshot_status().last_save / 1000);
}

struct Shutdown {
  bool save = false;
  bool nosave = false;
  bool now = false;  // there is no replica that would be waited for
  bool force = false;
  bool abort = false;
};

Shutdown next_shutdown(Arguments& args) {
  Shutdown wanted;
  while (!args.done() && !args.failed()) {
    if (args.next_is("save")) {
      wanted.save = true;
    } else if (args.next_is("nosave")) {
      wanted.nosave = true;
    } else if (args.next_is("now")) {
      wanted.now = true;
    } else if (args.next_is("force")) {
      wanted.force = true;
    } else if (args.next_is("abort")) {
      wanted.abort = true;
    } else {
      args.fail(Errc::kSyntax);
    }
  }
  const bool anything = wanted.save || wanted.nosave || wanted.now || wanted.force;
  if ((wanted.abort && anything) || (wanted.save && wanted.nosave)) args.fail(Errc::kSyntax);
  return wanted;
}

void shutdown(Arguments& args, ServerView& server, Reply& reply) {
  const auto wanted = next_shutdown(args);
  if (args.failed()) return args.report(reply);
  if (wanted.abort) return reply.error("ERR No shutdown in progress.");
  auto how = ShutdownSave::kAsConfigured;
  if (wanted.save) how = ShutdownSave::kSave;
  if (wanted.nosave) how = ShutdownSave::kNoSave;
  auto later = server.defer(reply);
  server.shutdown(how, wanted.force, [later](bool ok) {
    later->complete([ok](Reply& answer) {
      if (!ok) answer.error("ERR Errors trying to SHUTDOWN. Check logs.");
    });
  });
}

constexpr Argument kBgsaveArguments[] = {
    {"schedule", kPureToken, "SCHEDULE", kOptional, -1, "3.2.2"}};
constexpr Argument kSaveOrNot[] = {{"nosave", kPureToken, "NOSAVE"}, {"save", kPureToken, "SAVE"}};
constexpr Argument kShutdownArguments[] = {
    {.name = "nosave_save", .type = kOneOf, .flags = kOptional, .arguments = kSaveOrNot},
    {"now", kPureToken, "NOW", kOptional, -1, "7.0.0"},
    {"force", kPureToken, "FORCE", kOptional, -1, "7.0.0"},
    {"abort", kPureToken, "ABORT", kOptional, -1, "7.0.0"},
};

constexpr unsigned kSaves = kAdmin | kNoScript | kNoAsyncLoading;
constexpr std::string_view kOfAllKeys = "O(N), N: keys of all databases";

constexpr Command kRows[] = {
    server_row({.name = "save",
                .arity = 1,
                .flags = kSaves | kNoMulti,
                .handler = AdminHandler{save},
                .summary = "Saves a snapshot, and answers when it is on disk",
                .complexity = kOfAllKeys,
                .since = "1.0.0"}),
    server_row({.name = "bgsave",
                .arity = -1,
                .flags = kSaves,
                .handler = AdminHandler{bgsave},
                .summary = "Begins to save a snapshot",
                .since = "1.0.0",
                .arguments = kBgsaveArguments,
                .history = "3.2.2: added SCHEDULE"}),
    in_group("server", "@admin @dangerous",
             {.name = "lastsave",
              .arity = 1,
              .flags = kLoading | kStale | kFast,
              .handler = AdminHandler{lastsave},
              .summary = "Tells the Unix time of the last snapshot",
              .since = "1.0.0",
              .tips = "nondeterministic_output"}),
    server_row({.name = "shutdown",
                .arity = -1,
                .flags = kAdmin | kNoScript | kLoading | kStale | kNoMulti | kAllowBusy,
                .handler = AdminHandler{shutdown},
                .summary = "Saves a snapshot if so configured or told, and ends the server",
                .complexity = kOfAllKeys,
                .since = "1.0.0",
                .arguments = kShutdownArguments,
                .history = "7.0.0: added NOW, FORCE and ABORT"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> save_commands() { return kRows; }

}  // namespace countd::commands
