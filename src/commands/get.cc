// Commands that read a whole string value, and may then delete it or change its expiry.
#include "commands/arguments.h"
#include "commands/condition.h"
#include "commands/error_text.h"
#include "commands/expire_time.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/string_value.h"
#include "commands/strings.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

void get(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto entry = keys.read(args.next_key());
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  answer_value(entry, reply);
}

void getdel(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto entry = keys.read(key);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  answer_value(entry, reply);
  if (entry) keys.erase(key);
}

void getex(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  ExpireOption expire;
  while (!args.done() && !args.failed()) {
    if (!expire.take(args)) args.fail(Errc::kSyntax);
  }
  if (expire.kind() == ExpireOption::Kind::kKeep) args.fail(Errc::kSyntax);
  if (args.failed()) return args.report(reply);

  // The key is looked up before the time is read: GETEX of a missing key is nil, whatever follows.
  const auto entry = keys.read(key);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  if (!entry) return reply.null();
  const bool timed = expire.kind() == ExpireOption::Kind::kTime;
  const auto time = timed ? expire.time(args) : storage::kNoExpiry;
  if (args.failed()) return args.report(reply);
  const bool persists =
      expire.kind() == ExpireOption::Kind::kPersist && entry.expiry != storage::kNoExpiry;
  answer_value(entry, reply);
  if (timed && time <= keys.now()) {
    keys.erase(key);
  } else if (timed || persists) {
    keys.set_expiry(key, time);
  }
}

void strlen(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto entry = keys.read(args.next_key());
  if (!entry) return reply.integer(0);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  storage::IntegerText buffer;
  reply.integer(static_cast<std::int64_t>(entry.value.text(buffer).size()));
}

void digest(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto entry = keys.read(args.next_key());
  if (!entry) return reply.null();
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  storage::IntegerText buffer;
  reply.bulk(digest_of(entry.value.text(buffer)));
}

void delex(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  if (args.done()) return reply.integer(keys.erase(key) ? 1 : 0);
  if (args.remaining() != 2) return reply.error(wrong_arity("delex"));
  const auto entry = keys.read(key);
  if (!entry) return reply.integer(0);
  // The type is judged before the condition is read: Redis's order.
  if (entry.type() != storage::Type::kString) {
    return reply.error("ERR Key should be of string type if conditions are specified");
  }
  Condition condition;
  if (!condition.take_comparison(args)) {
    return reply.error("ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
  }
  condition.check(args);
  if (args.failed()) return args.report(reply);
  reply.integer(condition.holds(entry) && keys.erase(key) ? 1 : 0);
}

constexpr Argument kGetexExpirations[] = {
    {"seconds", kInteger, "EX"},
    {"milliseconds", kInteger, "PX"},
    {"unix-time-seconds", kUnixTime, "EXAT"},
    {"unix-time-milliseconds", kUnixTime, "PXAT"},
    {"persist", kPureToken, "PERSIST"},
};
constexpr Argument kGetexArguments[] = {
    {"key", kKey},
    {.name = "expiration", .type = kOneOf, .flags = kOptional, .arguments = kGetexExpirations},
};
constexpr Argument kDelexConditions[] = {
    {"ifeq-value", kString, "IFEQ"},
    {"ifne-value", kString, "IFNE"},
    {"ifdeq-digest", kString, "IFDEQ"},
    {"ifdne-digest", kString, "IFDNE"},
};
constexpr Argument kDelexArguments[] = {
    {"key", kKey},
    {.name = "condition", .type = kOneOf, .flags = kOptional, .arguments = kDelexConditions},
};

constexpr Command kRows[] = {
    string_row({.name = "get",
                .arity = 2,
                .flags = kReadOnly | kFast,
                .keys = first_key(kRO | kAccess),
                .handler = ShardHandler{get},
                .summary = "Tells a key's string value",
                .since = "1.0.0",
                .arguments = kKeyArgument}),
    string_row({.name = "getdel",
                .arity = 2,
                .flags = kWrite | kFast,
                .keys = first_key(kRW | kAccess | kDelete),
                .handler = ShardHandler{getdel},
                .summary = "Tells a key's string value and deletes the key",
                .since = "6.2.0",
                .arguments = kKeyArgument}),
    string_row({.name = "getex",
                .arity = -2,
                .flags = kWrite | kFast,
                .keys = first_key(kRW | kAccess | kUpdate),
                .handler = ShardHandler{getex},
                .summary = "Tells a key's string value and may change its expiry",
                .since = "6.2.0",
                .arguments = kGetexArguments,
                .key_note = "Updates the expiry, never the value"}),
    string_row({.name = "strlen",
                .arity = 2,
                .flags = kReadOnly | kFast,
                .keys = first_key(kRO),
                .handler = ShardHandler{strlen},
                .summary = "Tells how many bytes a key's value has",
                .since = "2.2.0",
                .arguments = kKeyArgument}),
    string_row({.name = "digest",
                .arity = 2,
                .flags = kReadOnly | kFast,
                .keys = first_key(kRO | kAccess),
                .handler = ShardHandler{digest},
                .summary = "Tells the XXH3 hash of a key's value in hexadecimal",
                .complexity = "O(N), N: bytes of the value",
                .since = "8.4.0",
                .arguments = kKeyArgument}),
    string_row({.name = "delex",
                .arity = -2,
                .flags = kWrite | kFast,
                .keys = first_key(kRW | kDelete),
                .handler = ShardHandler{delex},
                .summary = "Deletes a key if its value or its value's digest compares as asked",
                .complexity = "O(1) by value, O(N) by digest, N: bytes of the value",
                .since = "8.4.0",
                .arguments = kDelexArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> get_commands() { return kRows; }

}  // namespace countd::commands
