// SET and its older spellings: they write a whole value, and with it the expiry.
#include <string>

#include "commands/arguments.h"
#include "commands/condition.h"
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

// A time that has passed leaves no entry at all, rather than one that nobody can see.
void write(Keyspace& keys, const storage::Key& key, std::string_view value,
           storage::Millis expiry) {
  if (expiry >= 0 && expiry <= keys.now()) {
    keys.erase(key);
  } else {
    keys.set(key, storage::value_of_text(value), expiry);
  }
}

struct SetOptions {
  Condition condition;
  ExpireOption expire;
  bool get = false;
};

SetOptions set_options(Arguments& args) {
  SetOptions options;
  while (!args.done() && !args.failed()) {
    if (options.condition.take_existence(args) || options.condition.take_comparison(args)) continue;
    if (options.expire.take(args)) continue;
    if (args.next_is("get")) {
      options.get = true;
    } else {
      args.fail(Errc::kSyntax);
    }
  }
  if (options.expire.kind() == ExpireOption::Kind::kPersist) args.fail(Errc::kSyntax);
  return options;
}

storage::Millis new_expiry(const ExpireOption& expire, Arguments& args) {
  switch (expire.kind()) {
    case ExpireOption::Kind::kTime:
      return expire.time(args);
    case ExpireOption::Kind::kKeep:
      return storage::kKeepExpiry;
    default:
      return storage::kNoExpiry;
  }
}

void set_with_options(Arguments& args, Keyspace& keys, Reply& reply, const storage::Key& key,
                      std::string_view value) {
  const SetOptions options = set_options(args);
  const storage::Millis expiry = args.failed() ? 0 : new_expiry(options.expire, args);
  options.condition.check(args);
  if (args.failed()) return args.report(reply);

  // Only GET is a look at the value that counts as a hit or a miss.
  const auto entry = options.get ? keys.read(key) : keys.peek(key);
  if ((options.get || options.condition.compares()) && is_other_than_string(entry)) {
    return reply.error(Errc::kWrongType);
  }
  const bool holds = options.condition.holds(entry);
  if (options.get) {
    answer_value(entry, reply);
  } else if (holds) {
    reply.ok();
  } else {
    reply.null();
  }
  if (holds) write(keys, key, value, expiry);
}

void set(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto value = args.next();
  if (!args.done()) return set_with_options(args, keys, reply, key, value);
  keys.set(key, storage::value_of_text(value));
  reply.ok();
}

void setnx(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  if (keys.peek(key)) return reply.integer(0);
  keys.set(key, storage::value_of_text(args.next()));
  reply.integer(1);
}

void set_for(Arguments& args, Keyspace& keys, Reply& reply, bool seconds) {
  const auto key = args.next_key();
  const auto time = expire_time(args, args.next(), {.seconds = seconds, .relative = true});
  if (args.failed()) return args.report(reply);
  write(keys, key, args.next(), time);
  reply.ok();
}

void setex(Arguments& args, Keyspace& keys, Reply& reply) { set_for(args, keys, reply, true); }
void psetex(Arguments& args, Keyspace& keys, Reply& reply) { set_for(args, keys, reply, false); }

void getset(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto entry = keys.read(key);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  answer_value(entry, reply);
  keys.set(key, storage::value_of_text(args.next()));
}

constexpr Argument kConditions[] = {
    {"nx", kPureToken, "NX"},
    {"xx", kPureToken, "XX"},
    {"ifeq-value", kString, "IFEQ", 0, -1, "8.4.0"},
    {"ifne-value", kString, "IFNE", 0, -1, "8.4.0"},
    {"ifdeq-digest", kString, "IFDEQ", 0, -1, "8.4.0"},
    {"ifdne-digest", kString, "IFDNE", 0, -1, "8.4.0"},
};
constexpr Argument kExpirations[] = {
    {"seconds", kInteger, "EX", 0, -1, "2.6.12"},
    {"milliseconds", kInteger, "PX", 0, -1, "2.6.12"},
    {"unix-time-seconds", kUnixTime, "EXAT", 0, -1, "6.2.0"},
    {"unix-time-milliseconds", kUnixTime, "PXAT", 0, -1, "6.2.0"},
    {"keepttl", kPureToken, "KEEPTTL", 0, -1, "6.0.0"},
};
constexpr Argument kSetArguments[] = {
    {"key", kKey},
    {"value"},
    {.name = "condition",
     .type = kOneOf,
     .flags = kOptional,
     .since = "2.6.12",
     .arguments = kConditions},
    {"get", kPureToken, "GET", kOptional, -1, "6.2.0"},
    {.name = "expiration", .type = kOneOf, .flags = kOptional, .arguments = kExpirations},
};
constexpr Argument kSetexArguments[] = {{"key", kKey}, {"seconds", kInteger}, {"value"}};
constexpr Argument kPsetexArguments[] = {{"key", kKey}, {"milliseconds", kInteger}, {"value"}};

constexpr Command kRows[] = {
    string_row({.name = "set",
                .arity = -3,
                .flags = kWrite | kDenyOom,
                .keys = first_key(kRW | kAccess | kUpdate | kVariable),
                .handler = ShardHandler{set},
                .summary = "Gives a key a string value, on a condition if one is given",
                .since = "1.0.0",
                .arguments = kSetArguments,
                .history = "2.6.12: added EX, PX, NX and XX; 6.0.0: added KEEPTTL; 6.2.0: added "
                           "GET, EXAT and PXAT; 7.0.0: NX and GET may be given together; 8.4.0: "
                           "added IFEQ, IFNE, IFDEQ and IFDNE",
                .key_note = "Reads the value only with GET or a comparison"}),
    string_row({.name = "setnx",
                .arity = 3,
                .flags = kWrite | kDenyOom | kFast,
                .keys = first_key(kOW | kInsert),
                .handler = ShardHandler{setnx},
                .summary = "Gives a key a string value unless it exists",
                .since = "1.0.0",
                .arguments = kKeyValueArguments}),
    string_row({.name = "setex",
                .arity = 4,
                .flags = kWrite | kDenyOom,
                .keys = first_key(kOW | kUpdate),
                .handler = ShardHandler{setex},
                .summary = "Gives a key a string value and some seconds to live",
                .since = "2.0.0",
                .arguments = kSetexArguments}),
    string_row({.name = "psetex",
                .arity = 4,
                .flags = kWrite | kDenyOom,
                .keys = first_key(kOW | kUpdate),
                .handler = ShardHandler{psetex},
                .summary = "Gives a key a string value and some milliseconds to live",
                .since = "2.6.0",
                .arguments = kPsetexArguments}),
    string_row({.name = "getset",
                .arity = 3,
                .flags = kWrite | kDenyOom | kFast,
                .keys = first_key(kRW | kAccess | kUpdate),
                .handler = ShardHandler{getset},
                .summary = "Gives a key a string value and tells the old one",
                .since = "1.0.0",
                .arguments = kKeyValueArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> set_commands() { return kRows; }

}  // namespace countd::commands
