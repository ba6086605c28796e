#include "commands/server.h"

#include <algorithm>
#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server_view.h"
#include "commands/versions.h"
#include "commands/words.h"

namespace countd::commands {

bool is_local(const Session& session) {
  const std::string_view peer = session.peer_address;
  return peer.starts_with("127.") || peer.starts_with("[::1]:") || peer.starts_with("::1:") ||
         peer.starts_with("/");
}

namespace {

void info(Arguments& args, ServerView& server, Reply& reply) {
  std::vector<std::string> sections;
  while (!args.done()) sections.push_back(lower_case(args.next()));
  reply.verbatim(server.info(sections));
}

void time(Arguments& args, Session&, Reply& reply) {
  reply.array(2);
  reply.bulk(std::to_string(args.now() / 1000));
  reply.bulk(std::to_string(args.now() % 1000 * 1000));
}

void role(Arguments&, Session&, Reply& reply) {
  reply.array(3);
  reply.bulk("master");
  reply.integer(0);
  reply.array(0);
}

// A tally, as one keeps it with a pencil: four strokes and one across.
void lolwut(Arguments& args, Session&, Reply& reply) {
  constexpr std::int64_t kMostStrokes = 500;
  std::int64_t strokes = 23;
  if (args.next_is("version")) {
    const auto version = args.done() ? 0 : args.next_int();
    if (version >= 0 && !args.done()) strokes = args.next_int();
  }
  if (args.failed()) return args.report(reply);
  strokes = std::clamp<std::int64_t>(strokes, 0, kMostStrokes);
  std::string art;
  for (std::int64_t i = 0; i < strokes / 5; ++i) art += i % 10 == 9 ? "\\\\||||\n" : "||||\\ ";
  art.append(static_cast<std::size_t>(strokes % 5), '|');
  art += "\n\ncountd ver. " + std::string(kVersion) + ", as Redis ver. " +
         std::string(kRedisVersion) + "\n";
  reply.verbatim(art);
}

constexpr Argument kInfoArguments[] = {{.name = "section", .flags = kOptional | kMultiple}};
constexpr Argument kLolwutArguments[] = {{"version", ArgumentType::kInteger, "VERSION", kOptional}};

constexpr unsigned kAlways = kLoading | kStale;

constexpr Command kRows[] = {
    in_group("server", "@dangerous",
             {.name = "info",
              .arity = -1,
              .flags = kAlways,
              .handler = AdminHandler{info},
              .summary = "Tells facts and statistics of the server",
              .since = "1.0.0",
              .arguments = kInfoArguments,
              .history = "7.0.0: takes several sections",
              .tips = "nondeterministic_output request_policy:all_shards response_policy:special"}),
    server_row({.name = "time",
                .arity = 1,
                .flags = kAlways | kFast,
                .handler = SessionHandler{time},
                .summary = "Tells the server's time",
                .since = "2.6.0",
                .tips = "nondeterministic_output"}),
    in_group("server", "@admin @dangerous",
             {.name = "role",
              .arity = 1,
              .flags = kAlways | kNoScript | kFast,
              .handler = SessionHandler{role},
              .summary = "Tells the server's part in replication",
              .since = "2.8.12"}),
    server_row({.name = "lolwut",
                .arity = -1,
                .flags = kReadOnly | kFast,
                .handler = SessionHandler{lolwut},
                .summary = "Draws something, and tells the version",
                .since = "5.0.0",
                .arguments = kLolwutArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> server_commands() { return kRows; }

}  // namespace countd::commands
