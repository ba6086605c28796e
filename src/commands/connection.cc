// What a client says of itself before it counts: who it is, which protocol it speaks, which
// database it means. All of it takes effect at dispatch, so the next request of a pipeline sees it.
#include "commands/connection.h"

#include <string>

#include "commands/arguments.h"
#include "commands/error_text.h"
#include "commands/module.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server_view.h"
#include "commands/session.h"
#include "commands/versions.h"
#include "config/options.h"
#include "security/password.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {

constexpr std::string_view kWrongPassword =
    "WRONGPASS invalid username-password pair or user is disabled.";
constexpr std::string_view kNoPasswordToGive =
    "ERR AUTH <password> called without any password configured for the default user. Are you "
    "sure your configuration is correct?";
constexpr std::string_view kHelloBeforeAuth =
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
    "AUTH <user> <pass> option can be used to authenticate the client and select the RESP "
    "protocol version at the same time";

bool authenticate(const Arguments& args, Session& session, std::string_view user,
                  std::string_view password, Reply& reply) {
  if (user != "default" || !security::password_opens(args.options().requirepass, password)) {
    reply.error(kWrongPassword);
    return false;
  }
  session.authenticated = true;
  session.user = user;
  return true;
}

void auth(Arguments& args, Session& session, Reply& reply) {
  if (args.remaining() > 2) return reply.error(Errc::kSyntax);
  std::string_view user = "default";
  if (args.remaining() == 2) {
    user = args.next();
  } else if (args.options().requirepass.empty()) {
    return reply.error(kNoPasswordToGive);
  }
  if (authenticate(args, session, user, args.next(), reply)) reply.ok();
}

struct Greeting {
  protocol::Version version = protocol::Version::kResp2;
  bool has_credentials = false;
  std::string_view user;
  std::string_view password;
  std::optional<std::string_view> name;
};

// Answers and returns nothing if HELLO's words make no sense.
std::optional<Greeting> next_greeting(Arguments& args, const Session& session, Reply& reply) {
  Greeting greeting;
  greeting.version = session.version;
  if (args.done()) return greeting;
  const auto version = storage::parse_integer(args.next());
  if (!version) {
    reply.error("ERR Protocol version is not an integer or out of range");
    return std::nullopt;
  }
  if (*version != 2 && *version != 3) {
    reply.error("NOPROTO unsupported protocol version");
    return std::nullopt;
  }
  greeting.version = *version == 3 ? protocol::Version::kResp3 : protocol::Version::kResp2;
  while (!args.done()) {
    if (args.remaining() >= 3 && args.next_is("auth")) {
      greeting.has_credentials = true;
      greeting.user = args.next();
      greeting.password = args.next();
    } else if (args.remaining() >= 2 && args.next_is("setname")) {
      greeting.name = args.next();
    } else {
      reply.error("ERR Syntax error in HELLO option '" + std::string(args.peek()) + "'");
      return std::nullopt;
    }
  }
  return greeting;
}

void greet(const Session& session, Reply& reply) {
  reply.map(7);
  reply.bulk("server");
  reply.bulk("redis");
  reply.bulk("version");
  reply.bulk(kRedisVersion);
  reply.bulk("proto");
  reply.integer(static_cast<int>(session.version));
  reply.bulk("id");
  reply.integer(static_cast<std::int64_t>(session.id));
  reply.bulk("mode");
  reply.bulk("standalone");
  reply.bulk("role");
  reply.bulk("master");
  reply.bulk("modules");
  answer_modules(reply);
}

void hello(Arguments& args, Session& session, Reply& reply) {
  const auto greeting = next_greeting(args, session, reply);
  if (!greeting) return;
  if (greeting->has_credentials &&
      !authenticate(args, session, greeting->user, greeting->password, reply)) {
    return;
  }
  if (!session.authenticated) return reply.error(kHelloBeforeAuth);
  if (greeting->name && !name_client(session, *greeting->name, reply)) return;
  session.version = greeting->version;
  reply.change_version(greeting->version);
  greet(session, reply);
}

void ping(Arguments& args, Session&, Reply& reply) {
  if (args.done()) return reply.status("PONG");
  const auto message = args.next();
  // Two words too many are no longer the row's business: its arity has no upper end.
  args.done() ? reply.bulk(message) : reply.error(wrong_arity("ping"));
}

void echo(Arguments& args, Session&, Reply& reply) { reply.bulk(args.next()); }

void quit(Arguments&, Session& session, Reply& reply) {
  session.close_after_reply = true;
  reply.ok();
}

// As the connection was when it was accepted.
void reset(Arguments& args, ServerView& server, Reply& reply) {
  Session& session = server.session();
  session.name.clear();
  session.user = "default";
  session.authenticated = args.options().requirepass.empty();
  session.db = 0;
  session.version = protocol::Version::kResp2;
  session.no_evict = false;
  session.no_touch = false;
  session.reply_mode = ReplyMode::kOn;
  session.tracking = {};
  server.tracking_changed();
  reply.status("RESET");
}

void select(Arguments& args, Session& session, Reply& reply) {
  const int db = args.next_db();
  if (args.failed()) return args.report(reply);
  session.db = db;
  reply.ok();
}

constexpr Argument kCredentials[] = {{"username"}, {"password"}};
constexpr Argument kHelloOptions[] = {
    {"protover", kInteger},
    {"username_password", kBlock, "AUTH", kOptional, -1, "", kCredentials},
    {"clientname", kString, "SETNAME", kOptional},
};
constexpr Argument kHelloArguments[] = {
    {.name = "arguments", .type = kBlock, .flags = kOptional, .arguments = kHelloOptions}};
constexpr Argument kAuthArguments[] = {{.name = "username", .flags = kOptional, .since = "6.0.0"},
                                       {"password"}};
constexpr Argument kPingArguments[] = {{.name = "message", .flags = kOptional}};
constexpr Argument kEchoArguments[] = {{"message"}};
constexpr Argument kSelectArguments[] = {{"index", kInteger}};

constexpr unsigned kAlways = kLoading | kStale | kFast;
constexpr unsigned kBeforeAuth = kAlways | kNoScript | kNoAuth | kAllowBusy;

constexpr Command kRows[] = {
    connection_row({.name = "hello",
                    .arity = -1,
                    .flags = kBeforeAuth | kSecrets,
                    .handler = SessionHandler{hello},
                    .summary = "Chooses the protocol, and may authenticate and name the client",
                    .since = "6.0.0",
                    .arguments = kHelloArguments,
                    .history = "6.2.0: without arguments it tells the connection's state"}),
    connection_row({.name = "auth",
                    .arity = -2,
                    .flags = kBeforeAuth | kSecrets,
                    .handler = SessionHandler{auth},
                    .summary = "Authenticates the client",
                    .since = "1.0.0",
                    .arguments = kAuthArguments,
                    .history = "6.0.0: takes a user name"}),
    connection_row({.name = "ping",
                    .arity = -1,
                    .flags = kFast,
                    .handler = SessionHandler{ping},
                    .summary = "Answers, so that a client knows the server does",
                    .since = "1.0.0",
                    .arguments = kPingArguments,
                    .tips = "request_policy:all_shards response_policy:all_succeeded"}),
    connection_row({.name = "echo",
                    .arity = 2,
                    .flags = kAlways,
                    .handler = SessionHandler{echo},
                    .summary = "Answers with what it is given",
                    .since = "1.0.0",
                    .arguments = kEchoArguments}),
    connection_row({.name = "quit",
                    .arity = -1,
                    .flags = kBeforeAuth,
                    .handler = SessionHandler{quit},
                    .summary = "Closes the connection",
                    .since = "1.0.0"}),
    connection_row({.name = "reset",
                    .arity = 1,
                    .flags = kBeforeAuth,
                    .handler = AdminHandler{reset},
                    .summary = "Brings the connection back to how it began",
                    .since = "6.2.0"}),
    connection_row({.name = "select",
                    .arity = 2,
                    .flags = kAlways,
                    .handler = SessionHandler{select},
                    .summary = "Chooses the connection's database",
                    .since = "1.0.0",
                    .arguments = kSelectArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> connection_commands() { return kRows; }

}  // namespace countd::commands
