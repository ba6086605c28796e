// CLIENT: what the server knows of its clients, and what clients may ask for.
#include <algorithm>
#include <limits>
#include <string>

#include "commands/arguments.h"
#include "commands/client_list.h"
#include "commands/client_tracking.h"
#include "commands/connection.h"
#include "commands/container.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server_view.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {
// What is listed in one line with blanks between must not have blanks of its own.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}
}  // namespace

bool name_client(Session& session, std::string_view name, Reply& reply) {
  if (!is_plain(name)) {
    reply.error("ERR Client names cannot contain spaces, newlines or special characters.");
    return false;
  }
  session.name = name;
  return true;
}

namespace {

void id(Arguments&, Session& session, Reply& reply) {
  reply.integer(static_cast<std::int64_t>(session.id));
}

void getname(Arguments&, Session& session, Reply& reply) {
  session.name.empty() ? reply.null() : reply.bulk(session.name);
}

void setname(Arguments& args, Session& session, Reply& reply) {
  args.after_subcommand();
  if (name_client(session, args.next(), reply)) reply.ok();
}

void setinfo(Arguments& args, Session& session, Reply& reply) {
  args.after_subcommand();
  const bool is_name = args.next_is("lib-name");
  if (!is_name && !args.next_is("lib-ver")) {
    return reply.error("ERR Unrecognized option '" + std::string(args.peek()) + "'");
  }
  const auto value = args.next();
  if (!is_plain(value)) {
    return reply.error(std::string("ERR ") + (is_name ? "lib-name" : "lib-ver") +
                       " cannot contain spaces, newlines or special characters.");
  }
  (is_name ? session.library_name : session.library_version) = value;
  reply.ok();
}

void reply_mode(Arguments& args, Session& session, Reply& reply) {
  args.after_subcommand();
  if (args.next_is("on")) {
    session.reply_mode = ReplyMode::kOn;
    reply.ok();
  } else if (args.next_is("off")) {
    session.reply_mode = ReplyMode::kOff;
  } else if (args.next_is("skip")) {
    if (session.reply_mode != ReplyMode::kOff) session.reply_mode = ReplyMode::kSkipNext;
  } else {
    reply.error(Errc::kSyntax);
  }
}

void turn(Arguments& args, Reply& reply, bool& what) {
  args.after_subcommand();
  const bool on = args.next_is("on");
  if (!on && !args.next_is("off")) return reply.error(Errc::kSyntax);
  what = on;
  reply.ok();
}

void no_evict(Arguments& args, Session& session, Reply& reply) {
  turn(args, reply, session.no_evict);
}
void no_touch(Arguments& args, Session& session, Reply& reply) {
  turn(args, reply, session.no_touch);
}

void pause(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  const auto timeout = args.next();
  bool all = true;
  if (!args.done() && !args.next_is("all")) {
    all = false;
    if (!args.next_is("write")) {
      return reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");
    }
  }
  if (!args.done()) return reply.error(misused_subcommand(args.words()));
  const auto milliseconds = storage::parse_integer(timeout);
  if (!milliseconds) return reply.error("ERR timeout is not an integer or out of range");
  if (*milliseconds < 0) return reply.error("ERR timeout is negative");
  if (*milliseconds > std::numeric_limits<storage::Millis>::max() - args.now()) {
    return reply.error("ERR timeout is out of range");
  }
  server.pause_clients(args.now() + *milliseconds, all);
  reply.ok();
}

void unpause(Arguments&, ServerView& server, Reply& reply) {
  server.unpause_clients();
  reply.ok();
}

void unblock(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  const auto client = args.next();
  if (args.remaining() > 1) return reply.error(misused_subcommand(args.words()));
  const bool refuse = args.next_is("error");
  if (!refuse && !args.done() && !args.next_is("timeout")) {
    return reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  const auto id = storage::parse_integer(client);
  if (!id) return reply.error(Errc::kNotInteger);
  reply.integer(server.unblock_client(static_cast<std::uint64_t>(*id), refuse) ? 1 : 0);
}

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply,
              {"CACHING <yes|no>",
               "    Chooses whether the next request's keys are tracked (OPTIN and OPTOUT).",
               "GETNAME",
               "    Tells the connection's name.",
               "GETREDIR",
               "    Tells who hears of changes for the connection; 0: itself, -1: nobody.",
               "ID",
               "    Tells the connection's number.",
               "INFO",
               "    Tells all that LIST does of it.",
               "KILL <ip:port>",
               "    Closes the connection from there.",
               "KILL <filter> <value> [<filter> <value> ...]",
               "    Closes the connections that pass all filters, and tells how many:",
               "    ADDR <ip:port>, LADDR <ip:port>, TYPE <type>, USER <name>, ID <number>,",
               "    MAXAGE <seconds>, SKIPME <yes|no> (yes unless given).",
               "LIST [TYPE <type>|ID <number> ...]",
               "    Tells all connections, one a line.",
               "NO-EVICT <on|off>",
               "    Protects the connection when memory for clients is short.",
               "NO-TOUCH <on|off>",
               "    Lets the connection's reads not count as uses.",
               "PAUSE <milliseconds> [WRITE|ALL]",
               "    Holds the commands (or the writes) of all clients back.",
               "REPLY <on|off|skip>",
               "    Chooses whether commands are answered.",
               "SETINFO <lib-name|lib-ver> <value>",
               "    Names the client's library.",
               "SETNAME <name>",
               "    Names the connection.",
               "TRACKING <on|off> [REDIRECT <number>] [BCAST] [PREFIX <prefix> ...] [OPTIN]",
               "         [OPTOUT] [NOLOOP]",
               "    Tells the client when keys that it has read, or keys of a prefix, change.",
               "TRACKINGINFO",
               "    Tells what is tracked for the connection.",
               "UNBLOCK <number> [TIMEOUT|ERROR]",
               "    Wakes a connection that waits.",
               "UNPAUSE",
               "    Ends a PAUSE."});
}

constexpr Argument kSetnameArguments[] = {{"connection-name"}};
constexpr Argument kInfoAttributes[] = {{"libname", kString, "LIB-NAME"},
                                        {"libver", kString, "LIB-VER"}};
constexpr Argument kSetinfoArguments[] = {
    {.name = "attr", .type = kOneOf, .arguments = kInfoAttributes}};
constexpr Argument kOnOff[] = {{"on", kPureToken, "ON"}, {"off", kPureToken, "OFF"}};
constexpr Argument kEnabled[] = {{.name = "enabled", .type = kOneOf, .arguments = kOnOff}};
constexpr Argument kOnOffSkip[] = {
    {"on", kPureToken, "ON"}, {"off", kPureToken, "OFF"}, {"skip", kPureToken, "SKIP"}};
constexpr Argument kReplyArguments[] = {
    {.name = "on_off_skip", .type = kOneOf, .arguments = kOnOffSkip}};
constexpr Argument kYesNo[] = {{"yes", kPureToken, "YES"}, {"no", kPureToken, "NO"}};
constexpr Argument kCachingArguments[] = {{.name = "mode", .type = kOneOf, .arguments = kYesNo}};
constexpr Argument kTrackingArguments[] = {
    {.name = "status", .type = kOneOf, .arguments = kOnOff},
    {"client-id", kInteger, "REDIRECT", kOptional},
    {"prefix", kString, "PREFIX", kOptional | kMultiple | kMultipleToken},
    {"bcast", kPureToken, "BCAST", kOptional},
    {"optin", kPureToken, "OPTIN", kOptional},
    {"optout", kPureToken, "OPTOUT", kOptional},
    {"noloop", kPureToken, "NOLOOP", kOptional}};
constexpr Argument kPauseModes[] = {{"write", kPureToken, "WRITE"}, {"all", kPureToken, "ALL"}};
constexpr Argument kPauseArguments[] = {{"timeout", kInteger},
                                        {.name = "mode",
                                         .type = kOneOf,
                                         .flags = kOptional,
                                         .since = "6.2.0",
                                         .arguments = kPauseModes}};
constexpr Argument kUnblockReasons[] = {{"timeout", kPureToken, "TIMEOUT"},
                                        {"error", kPureToken, "ERROR"}};
constexpr Argument kUnblockArguments[] = {
    {"client-id", kInteger},
    {.name = "timeout_error", .type = kOneOf, .flags = kOptional, .arguments = kUnblockReasons}};
constexpr Argument kListTypes[] = {{"normal", kPureToken, "NORMAL"},
                                   {"master", kPureToken, "MASTER"},
                                   {"replica", kPureToken, "REPLICA"},
                                   {"pubsub", kPureToken, "PUBSUB"}};
constexpr Argument kListIds[] = {{.name = "client-id", .type = kInteger, .flags = kMultiple}};
constexpr Argument kListArguments[] = {
    {"normal_master_replica_pubsub", kOneOf, "TYPE", kOptional, -1, "5.0.0", kListTypes},
    {"id", kBlock, "ID", kOptional, -1, "6.2.0", kListIds}};
constexpr Argument kKillTypes[] = {{"normal", kPureToken, "NORMAL"},
                                   {"master", kPureToken, "MASTER", 0, -1, "3.2.0"},
                                   {"slave", kPureToken, "SLAVE"},
                                   {"replica", kPureToken, "REPLICA", 0, -1, "5.0.0"},
                                   {"pubsub", kPureToken, "PUBSUB"}};
constexpr Argument kKillFilters[] = {
    {"client-id", kInteger, "ID", kOptional, -1, "2.8.12"},
    {"normal_master_slave_pubsub", kOneOf, "TYPE", kOptional, -1, "2.8.12", kKillTypes},
    {"username", kString, "USER", kOptional},
    {"ip:port", kString, "ADDR", kOptional},
    {"ip:port", kString, "LADDR", kOptional, -1, "6.2.0"},
    {"yes/no", kString, "SKIPME", kOptional},
    {"maxage", kInteger, "MAXAGE", kOptional, -1, "7.4.0"}};
constexpr Argument kKillForms[] = {
    {"ip:port"},
    {.name = "new-format", .type = kOneOf, .flags = kMultiple, .arguments = kKillFilters}};
constexpr Argument kKillArguments[] = {{.name = "filter", .type = kOneOf, .arguments = kKillForms}};

constexpr Command client_row(Command row) {
  row.flags |= kNoScript | kLoading | kStale;
  return connection_row(row);
}
constexpr std::string_view kOfClients = "O(N), N: number of clients";

constexpr Command kSubcommands[] = {
    client_row({.name = "caching",
                .arity = 3,
                .handler = SessionHandler{client_caching},
                .summary = "Chooses whether the next request's keys are tracked",
                .since = "6.0.0",
                .arguments = kCachingArguments}),
    client_row({.name = "getname",
                .arity = 2,
                .handler = SessionHandler{getname},
                .summary = "Tells the connection's name",
                .since = "2.6.9"}),
    client_row({.name = "getredir",
                .arity = 2,
                .handler = SessionHandler{client_getredir},
                .summary = "Tells where tracking messages of the connection go",
                .since = "6.0.0"}),
    connection_row({.name = "help",
                    .arity = 2,
                    .flags = kLoading | kStale,
                    .handler = SessionHandler{help},
                    .summary = "Tells the subcommands",
                    .since = "5.0.0"}),
    client_row({.name = "id",
                .arity = 2,
                .handler = SessionHandler{id},
                .summary = "Tells the connection's number",
                .since = "5.0.0"}),
    client_row({.name = "info",
                .arity = 2,
                .handler = AdminHandler{client_info},
                .summary = "Tells what is known of the connection",
                .since = "6.2.0",
                .tips = "nondeterministic_output"}),
    client_row({.name = "kill",
                .arity = -3,
                .flags = kAdmin,
                .handler = AdminHandler{client_kill},
                .summary = "Closes connections",
                .complexity = kOfClients,
                .since = "2.4.0",
                .arguments = kKillArguments,
                .history = "2.8.12: takes filters; 3.2.0: TYPE knows master; 5.0.0: TYPE knows "
                           "replica; 6.2.0: added LADDR; 7.4.0: added MAXAGE"}),
    client_row({.name = "list",
                .arity = -2,
                .flags = kAdmin,
                .handler = AdminHandler{client_list},
                .summary = "Tells what is known of all connections",
                .complexity = kOfClients,
                .since = "2.4.0",
                .arguments = kListArguments,
                .history = "5.0.0: added TYPE; 6.2.0: added ID; 7.2.0: tells lib-name and lib-ver",
                .tips = "nondeterministic_output"}),
    client_row({.name = "no-evict",
                .arity = 3,
                .flags = kAdmin,
                .handler = SessionHandler{no_evict},
                .summary = "Protects the connection when memory for clients is short",
                .since = "7.0.0",
                .arguments = kEnabled}),
    client_row({.name = "no-touch",
                .arity = 3,
                .handler = SessionHandler{no_touch},
                .summary = "Chooses whether the connection's reads count as uses of keys",
                .since = "7.2.0",
                .arguments = kEnabled}),
    client_row({.name = "pause",
                .arity = -3,
                .flags = kAdmin,
                .handler = AdminHandler{pause},
                .summary = "Holds the commands of all clients back for a time",
                .since = "2.9.50",
                .arguments = kPauseArguments,
                .history = "6.2.0: added WRITE and ALL"}),
    client_row({.name = "reply",
                .arity = 3,
                .handler = SessionHandler{reply_mode},
                .summary = "Chooses whether the connection's commands are answered",
                .since = "3.2.0",
                .arguments = kReplyArguments}),
    client_row({.name = "setinfo",
                .arity = 4,
                .handler = SessionHandler{setinfo},
                .summary = "Tells the server what library the client uses",
                .since = "7.2.0",
                .arguments = kSetinfoArguments}),
    client_row({.name = "setname",
                .arity = 3,
                .handler = SessionHandler{setname},
                .summary = "Names the connection",
                .since = "2.6.9",
                .arguments = kSetnameArguments}),
    client_row({.name = "tracking",
                .arity = -3,
                .handler = AdminHandler{client_tracking},
                .summary = "Tells the client when keys change that it has read",
                .complexity = "O(1); some options O(N), N: number of prefixes",
                .since = "6.0.0",
                .arguments = kTrackingArguments}),
    client_row({.name = "trackinginfo",
                .arity = 2,
                .handler = SessionHandler{client_trackinginfo},
                .summary = "Tells what is tracked for the connection",
                .since = "6.2.0"}),
    client_row({.name = "unblock",
                .arity = -3,
                .flags = kAdmin,
                .handler = AdminHandler{unblock},
                .summary = "Wakes a connection that waits in a command",
                .since = "5.0.0",
                .arguments = kUnblockArguments}),
    client_row({.name = "unpause",
                .arity = 2,
                .flags = kAdmin,
                .handler = AdminHandler{unpause},
                .summary = "Ends a pause",
                .since = "6.2.0"}),
};
constexpr Command kRows[] = {
    container({.name = "client",
               .handler = SessionHandler{refuse_subcommand},
               .group = "connection",
               .summary = "Subcommands on connections",
               .since = "2.4.0",
               .subcommands = kSubcommands}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> client_commands() { return kRows; }

}  // namespace countd::commands
