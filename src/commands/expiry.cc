// When keys expire: set, told, taken away. A moment that has passed deletes the key at once.
#include <limits>
#include <string>

#include "commands/arguments.h"
#include "commands/expire_time.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using storage::kNoExpiry;
using storage::Millis;
using enum ArgumentType;

namespace {

struct ExpiryCondition {
  bool missing = false;  // NX
  bool present = false;  // XX
  bool later = false;    // GT
  bool earlier = false;  // LT

  // An entry without an expiry lives for ever: later than any time.
  [[nodiscard]] bool holds(Millis current, Millis wanted) const {
    const bool has_one = current != kNoExpiry;
    if (missing && has_one) return false;
    if (present && !has_one) return false;
    if (later && (!has_one || wanted <= current)) return false;
    return !(earlier && has_one && wanted >= current);
  }
};

// Reads the rest of the words; answers and returns nothing if they make no sense.
std::optional<ExpiryCondition> next_condition(Arguments& args, Reply& reply) {
  ExpiryCondition condition;
  while (!args.done()) {
    if (args.next_is("nx")) {
      condition.missing = true;
    } else if (args.next_is("xx")) {
      condition.present = true;
    } else if (args.next_is("gt")) {
      condition.later = true;
    } else if (args.next_is("lt")) {
      condition.earlier = true;
    } else {
      reply.error("ERR Unsupported option " + std::string(args.peek()));
      return std::nullopt;
    }
  }
  if (condition.missing && (condition.present || condition.later || condition.earlier)) {
    reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    return std::nullopt;
  }
  if (condition.later && condition.earlier) {
    reply.error("ERR GT and LT options at the same time are not compatible");
    return std::nullopt;
  }
  return condition;
}

// Unlike SET's EX, any number will do that milliseconds since 1970 can hold, negative ones too.
Millis moment(Arguments& args, std::int64_t value, ExpireUnit unit) {
  constexpr Millis kMost = std::numeric_limits<Millis>::max();
  constexpr Millis kLeast = std::numeric_limits<Millis>::min();
  const Millis scale = unit.seconds ? 1000 : 1;
  const Millis base = unit.relative ? args.now() : 0;
  if (value > kMost / scale || value < kLeast / scale || value * scale > kMost - base) {
    args.fail(Errc::kInvalidExpire);
    return 0;
  }
  return value * scale + base;
}

void expire_by(Arguments& args, Keyspace& keys, Reply& reply, ExpireUnit unit) {
  const auto key = args.next_key();
  const auto text = args.next();
  const auto condition = next_condition(args, reply);
  if (!condition) return;
  const auto value = storage::parse_integer(text);
  if (!value) return reply.error(Errc::kNotInteger);
  const auto wanted = moment(args, *value, unit);
  if (args.failed()) return args.report(reply);

  const auto entry = keys.peek(key);
  if (!entry || !condition->holds(entry.expiry, wanted)) return reply.integer(0);
  if (wanted <= keys.now()) {
    keys.erase(key);
  } else {
    keys.set_expiry(key, wanted);
  }
  reply.integer(1);
}

void expire(Arguments& args, Keyspace& keys, Reply& reply) {
  expire_by(args, keys, reply, {.seconds = true, .relative = true});
}
void pexpire(Arguments& args, Keyspace& keys, Reply& reply) {
  expire_by(args, keys, reply, {.seconds = false, .relative = true});
}
void expireat(Arguments& args, Keyspace& keys, Reply& reply) {
  expire_by(args, keys, reply, {.seconds = true, .relative = false});
}
void pexpireat(Arguments& args, Keyspace& keys, Reply& reply) {
  expire_by(args, keys, reply, {.seconds = false, .relative = false});
}

// -2: no such key; -1: it does not expire.
void tell_expiry(Arguments& args, Keyspace& keys, Reply& reply, ExpireUnit unit) {
  const auto entry = keys.look(args.next_key());
  if (!entry) return reply.integer(-2);
  if (entry.expiry == kNoExpiry) return reply.integer(-1);
  const Millis left = unit.relative ? entry.expiry - keys.now() : entry.expiry;
  // Seconds are rounded to the nearest, in two steps: left + 500 might overflow.
  reply.integer(unit.seconds ? left / 1000 + (left % 1000 >= 500 ? 1 : 0) : left);
}

void ttl(Arguments& args, Keyspace& keys, Reply& reply) {
  tell_expiry(args, keys, reply, {.seconds = true, .relative = true});
}
void pttl(Arguments& args, Keyspace& keys, Reply& reply) {
  tell_expiry(args, keys, reply, {.seconds = false, .relative = true});
}
void expiretime(Arguments& args, Keyspace& keys, Reply& reply) {
  tell_expiry(args, keys, reply, {.seconds = true, .relative = false});
}
void pexpiretime(Arguments& args, Keyspace& keys, Reply& reply) {
  tell_expiry(args, keys, reply, {.seconds = false, .relative = false});
}

void persist(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  if (!entry || entry.expiry == kNoExpiry) return reply.integer(0);
  keys.set_expiry(key, kNoExpiry);
  reply.integer(1);
}

constexpr Argument kConditions[] = {
    {"nx", kPureToken, "NX"},
    {"xx", kPureToken, "XX"},
    {"gt", kPureToken, "GT"},
    {"lt", kPureToken, "LT"},
};
constexpr Argument kConditionArgument = {.name = "condition",
                                         .type = kOneOf,
                                         .flags = kOptional,
                                         .since = "7.0.0",
                                         .arguments = kConditions};
constexpr Argument kExpireArguments[] = {{"key", kKey}, {"seconds", kInteger}, kConditionArgument};
constexpr Argument kPexpireArguments[] = {
    {"key", kKey}, {"milliseconds", kInteger}, kConditionArgument};
constexpr Argument kExpireatArguments[] = {
    {"key", kKey}, {"unix-time-seconds", kUnixTime}, kConditionArgument};
constexpr Argument kPexpireatArguments[] = {
    {"key", kKey}, {"unix-time-milliseconds", kUnixTime}, kConditionArgument};

constexpr Command expire_row(Command row) {
  row.arity = -3;
  row.flags = kWrite | kFast;
  row.keys = first_key(kRW | kUpdate);
  row.history = "7.0.0: added NX, XX, GT and LT";
  return generic_row(row);
}
constexpr Command tell_row(Command row) {
  row.arity = 2;
  row.flags = kReadOnly | kFast;
  row.keys = first_key(kRO | kAccess);
  row.arguments = kKeyArgument;
  return generic_row(row);
}
constexpr std::string_view kTtlHistory = "2.8.0: answers -2 of a missing key";

constexpr Command kRows[] = {
    expire_row({.name = "expire",
                .handler = ShardHandler{expire},
                .summary = "Gives a key some seconds to live",
                .since = "1.0.0",
                .arguments = kExpireArguments}),
    expire_row({.name = "pexpire",
                .handler = ShardHandler{pexpire},
                .summary = "Gives a key some milliseconds to live",
                .since = "2.6.0",
                .arguments = kPexpireArguments}),
    expire_row({.name = "expireat",
                .handler = ShardHandler{expireat},
                .summary = "Lets a key expire at a Unix time in seconds",
                .since = "1.2.0",
                .arguments = kExpireatArguments}),
    expire_row({.name = "pexpireat",
                .handler = ShardHandler{pexpireat},
                .summary = "Lets a key expire at a Unix time in milliseconds",
                .since = "2.6.0",
                .arguments = kPexpireatArguments}),
    tell_row({.name = "ttl",
              .handler = ShardHandler{ttl},
              .summary = "Tells how many seconds a key has left to live",
              .since = "1.0.0",
              .history = kTtlHistory,
              .tips = "nondeterministic_output"}),
    tell_row({.name = "pttl",
              .handler = ShardHandler{pttl},
              .summary = "Tells how many milliseconds a key has left to live",
              .since = "2.6.0",
              .history = kTtlHistory,
              .tips = "nondeterministic_output"}),
    tell_row({.name = "expiretime",
              .handler = ShardHandler{expiretime},
              .summary = "Tells the Unix time in seconds at which a key expires",
              .since = "7.0.0"}),
    tell_row({.name = "pexpiretime",
              .handler = ShardHandler{pexpiretime},
              .summary = "Tells the Unix time in milliseconds at which a key expires",
              .since = "7.0.0"}),
    generic_row({.name = "persist",
                 .arity = 2,
                 .flags = kWrite | kFast,
                 .keys = first_key(kRW | kUpdate),
                 .handler = ShardHandler{persist},
                 .summary = "Lets a key live for ever",
                 .since = "2.2.0",
                 .arguments = kKeyArgument}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> expiry_commands() { return kRows; }

}  // namespace countd::commands
