// DUMP and RESTORE: one value as Redis's RDB spells it.
#include "storage/rdb/dump.h"

#include <limits>
#include <optional>

#include "commands/arguments.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "config/options.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

void dump(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto entry = keys.read(args.next_key());
  if (!entry) return reply.null();
  reply.bulk(storage::rdb::dump(entry.value, args.options().rdbcompression));
}

struct RestoreOptions {
  bool replace = false;
  bool absolute = false;
  std::optional<std::int64_t> idle_seconds;
  std::optional<std::int64_t> frequency;
};

RestoreOptions restore_options(Arguments& args) {
  RestoreOptions options;
  while (!args.done() && !args.failed()) {
    if (args.next_is("replace")) {
      options.replace = true;
    } else if (args.next_is("absttl")) {
      options.absolute = true;
    } else if (args.remaining() >= 2 && !options.frequency && args.next_is("idletime")) {
      options.idle_seconds = args.next_int();
      if (*options.idle_seconds < 0) args.fail("ERR Invalid IDLETIME value, must be >= 0");
    } else if (args.remaining() >= 2 && !options.idle_seconds && args.next_is("freq")) {
      options.frequency = args.next_int();
      if (*options.frequency < 0 || *options.frequency > 255) {
        args.fail("ERR Invalid FREQ value, must be >= 0 and <= 255");
      }
    } else {
      args.fail(Errc::kSyntax);
    }
  }
  return options;
}

void restore(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto ttl_text = args.next();
  const auto payload = args.next();
  const auto options = restore_options(args);
  if (args.failed()) return args.report(reply);
  if (!options.replace && keys.peek(key)) return reply.error(Errc::kBusyKey);
  const auto ttl = storage::parse_integer(ttl_text);
  if (!ttl) return reply.error(Errc::kNotInteger);
  if (*ttl < 0) return reply.error("ERR Invalid TTL value, must be >= 0");
  auto value = storage::rdb::restore(payload);
  if (value.has_error()) return reply.error(value.error());

  storage::Millis expiry = storage::kNoExpiry;
  if (*ttl > 0) {
    // A time to live that no clock reaches is the last moment there is.
    const auto most = std::numeric_limits<storage::Millis>::max();
    expiry = options.absolute ? *ttl : (*ttl > most - args.now() ? most : args.now() + *ttl);
  }
  if (expiry != storage::kNoExpiry && expiry <= args.now()) {
    keys.erase(key);
  } else {
    keys.put(key, {std::move(*value), expiry});
    if (options.idle_seconds) keys.set_idle_seconds(key, *options.idle_seconds);
    if (options.frequency) keys.set_frequency(key, static_cast<std::uint8_t>(*options.frequency));
  }
  reply.ok();
}

constexpr Argument kRestoreArguments[] = {
    {"key", kKey},
    {"ttl", kInteger},
    {"serialized-value"},
    {"replace", kPureToken, "REPLACE", kOptional, -1, "3.0.0"},
    {"absttl", kPureToken, "ABSTTL", kOptional, -1, "5.0.0"},
    {"seconds", kInteger, "IDLETIME", kOptional, -1, "5.0.0"},
    {"frequency", kInteger, "FREQ", kOptional, -1, "5.0.0"},
};
constexpr std::string_view kOfBytes = "O(N), N: bytes of the value";

constexpr Command kRows[] = {
    generic_row({.name = "dump",
                 .arity = 2,
                 .flags = kReadOnly,
                 .keys = first_key(kRO | kAccess),
                 .handler = ShardHandler{dump},
                 .summary = "Tells a key's value in the form that RESTORE takes",
                 .complexity = kOfBytes,
                 .since = "2.6.0",
                 .arguments = kKeyArgument,
                 .tips = "nondeterministic_output"}),
    in_group("generic", "@keyspace @dangerous",
             {.name = "restore",
              .arity = -4,
              .flags = kWrite | kDenyOom,
              .keys = first_key(kOW | kUpdate),
              .handler = ShardHandler{restore},
              .summary = "Makes a key from what DUMP has told",
              .complexity = kOfBytes,
              .since = "2.6.0",
              .arguments = kRestoreArguments,
              .history = "3.0.0: added REPLACE; 5.0.0: added ABSTTL, IDLETIME and FREQ"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> dump_commands() { return kRows; }

}  // namespace countd::commands
