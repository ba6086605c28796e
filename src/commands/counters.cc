// Counters: integers and decimals that are added to in place. A missing key counts from 0, and an
// increment keeps the expiry.
#include "commands/counters.h"

#include <cmath>
#include <limits>

#include "commands/arguments.h"
#include "commands/float_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/string_value.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

void incr(Arguments& args, Keyspace& keys, Reply& reply) {
  reply.result(keys.add(args.next_key(), 1));
}

void decr(Arguments& args, Keyspace& keys, Reply& reply) {
  reply.result(keys.add(args.next_key(), -1));
}

void incrby(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto delta = args.next_int();
  if (args.failed()) return args.report(reply);
  reply.result(keys.add(key, delta));
}

void decrby(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto delta = args.next_int();
  // The least integer has no negative.
  if (delta == std::numeric_limits<std::int64_t>::min()) args.fail(Errc::kDecrementOverflow);
  if (args.failed()) return args.report(reply);
  reply.result(keys.add(key, -delta));
}

void incrbyfloat(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto entry = keys.peek(key);  // a write: neither a hit nor a miss
  // The type is judged before the increment is read: Redis's order.
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  storage::IntegerText buffer;
  const auto value = entry ? parse_float(entry.value.text(buffer)) : 0.0L;
  if (!value) return reply.error(Errc::kNotFloat);
  const auto increment = args.next_float();
  if (args.failed()) return args.report(reply);
  const long double sum = *value + increment;
  if (!std::isfinite(sum)) return reply.error(Errc::kNanOrInfinity);
  const std::string text = format_float(sum);
  // Stays text even where it spells an integer: OBJECT ENCODING says "embstr", as Redis does.
  keys.set(key, std::string_view(text), storage::kKeepExpiry);
  reply.bulk(text);
}

constexpr Argument kIncrbyArguments[] = {{"key", kKey}, {"increment", kInteger}};
constexpr Argument kDecrbyArguments[] = {{"key", kKey}, {"decrement", kInteger}};
constexpr Argument kIncrbyfloatArguments[] = {{"key", kKey}, {"increment", kDouble}};

constexpr Command counter_row(Command row) {
  row.flags = kWrite | kDenyOom | kFast;
  row.keys = first_key(kRW | kAccess | kUpdate);
  return string_row(row);
}

constexpr Command kRows[] = {
    counter_row({.name = "incr",
                 .arity = 2,
                 .handler = ShardHandler{incr},
                 .summary = "Adds one to a counter",
                 .since = "1.0.0",
                 .arguments = kKeyArgument,
                 .fold = Fold::kPlusOne}),
    counter_row({.name = "decr",
                 .arity = 2,
                 .handler = ShardHandler{decr},
                 .summary = "Takes one from a counter",
                 .since = "1.0.0",
                 .arguments = kKeyArgument,
                 .fold = Fold::kMinusOne}),
    counter_row({.name = "incrby",
                 .arity = 3,
                 .handler = ShardHandler{incrby},
                 .summary = "Adds an integer to a counter",
                 .since = "1.0.0",
                 .arguments = kIncrbyArguments,
                 .fold = Fold::kPlusArgument}),
    counter_row({.name = "decrby",
                 .arity = 3,
                 .handler = ShardHandler{decrby},
                 .summary = "Takes an integer from a counter",
                 .since = "1.0.0",
                 .arguments = kDecrbyArguments,
                 .fold = Fold::kMinusArgument}),
    counter_row({.name = "incrbyfloat",
                 .arity = 3,
                 .handler = ShardHandler{incrbyfloat},
                 .summary = "Adds a decimal number to a value",
                 .since = "2.6.0",
                 .arguments = kIncrbyfloatArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> counter_commands() { return kRows; }

}  // namespace countd::commands
