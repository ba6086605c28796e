// Several string values in one command: all of it happens, or nothing.
#include <algorithm>
#include <array>
#include <limits>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/condition.h"
#include "commands/error_text.h"
#include "commands/expire_time.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/strings.h"

namespace countd::commands {

using storage::Errc;
using enum ArgumentType;

namespace {

// Keys are looked up in groups, whose memory is asked for before it is needed.
void mget(Arguments& args, CheckedOut& shards, Reply& reply) {
  constexpr std::size_t kGroup = 16;
  std::array<storage::Key, kGroup> group;
  storage::IntegerText buffer;
  reply.array(args.remaining());
  while (!args.done()) {
    const std::size_t size = std::min(kGroup, args.remaining());
    for (std::size_t i = 0; i < size; ++i) {
      group[i] = args.next_key();
      shards.of(group[i]).prefetch_bucket(group[i]);
    }
    for (std::size_t i = 0; i < size; ++i) shards.of(group[i]).prefetch_record(group[i]);
    for (std::size_t i = 0; i < size; ++i) {
      const auto entry = shards.of(group[i]).read(group[i]);
      // What is no string is nil here, no error.
      const bool is_string = entry.type() == storage::Type::kString;
      is_string ? reply.bulk(entry.value.text(buffer)) : reply.null();
    }
  }
}

// REQUIRES: words come in pairs.
void write_pairs(Arguments& args, std::span<const std::string_view> pairs, CheckedOut& shards,
                 storage::Millis expiry) {
  const bool has_passed = expiry >= 0 && expiry <= args.now();
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const auto key = args.key_of(pairs[i]);
    storage::Keyspace& keys = shards.of(key);
    if (has_passed) {
      keys.erase(key);
    } else {
      keys.set(key, storage::value_of_text(pairs[i + 1]), expiry);
    }
  }
}

std::size_t existing(Arguments& args, std::span<const std::string_view> pairs, CheckedOut& shards) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const auto key = args.key_of(pairs[i]);
    if (shards.of(key).peek(key)) ++count;
  }
  return count;
}

void mset(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto pairs = args.words().subspan(1);
  if (pairs.size() % 2 != 0) return reply.error(wrong_arity("mset"));
  write_pairs(args, pairs, shards, storage::kNoExpiry);
  reply.ok();
}

void msetnx(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto pairs = args.words().subspan(1);
  if (pairs.size() % 2 != 0) return reply.error(wrong_arity("msetnx"));
  if (existing(args, pairs, shards) > 0) return reply.integer(0);
  write_pairs(args, pairs, shards, storage::kNoExpiry);
  reply.integer(1);
}

struct MsetexOptions {
  Condition condition;
  ExpireOption expire;
};

MsetexOptions msetex_options(Arguments& args) {
  MsetexOptions options;
  while (!args.done() && !args.failed()) {
    if (options.condition.take_existence(args) || options.expire.take(args)) continue;
    args.fail(Errc::kSyntax);
  }
  if (options.expire.kind() == ExpireOption::Kind::kPersist) args.fail(Errc::kSyntax);
  return options;
}

void msetex(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto count = storage::parse_integer(args.next());
  if (!count || *count < 1 || *count > std::numeric_limits<int>::max()) {
    return reply.error("ERR invalid numkeys value");
  }
  const auto words = static_cast<std::size_t>(*count) * 2;
  if (words > args.remaining()) return reply.error("ERR wrong number of key-value pairs");
  const auto pairs = args.words().subspan(2, words);
  args.skip(words);

  const auto options = msetex_options(args);
  storage::Millis expiry = storage::kNoExpiry;
  if (options.expire.kind() == ExpireOption::Kind::kKeep) expiry = storage::kKeepExpiry;
  if (options.expire.kind() == ExpireOption::Kind::kTime && !args.failed()) {
    expiry = options.expire.time(args);
  }
  if (args.failed()) return args.report(reply);

  if (options.condition.kind() != Condition::Kind::kNone) {
    const bool wanted = options.condition.kind() == Condition::Kind::kExists;
    if (existing(args, pairs, shards) != (wanted ? words / 2 : 0)) return reply.integer(0);
  }
  write_pairs(args, pairs, shards, expiry);
  reply.integer(1);
}

constexpr Argument kPairs[] = {
    {.name = "key_value", .type = kBlock, .flags = kMultiple, .arguments = kKeyValueArguments}};
constexpr Argument kConditions[] = {{"nx", kPureToken, "NX"}, {"xx", kPureToken, "XX"}};
constexpr Argument kExpirations[] = {
    {"seconds", kInteger, "EX"},
    {"milliseconds", kInteger, "PX"},
    {"unix-time-seconds", kUnixTime, "EXAT"},
    {"unix-time-milliseconds", kUnixTime, "PXAT"},
    {"keepttl", kPureToken, "KEEPTTL"},
};
constexpr Argument kMsetexArguments[] = {
    {"numkeys", kInteger},
    {.name = "data", .type = kBlock, .flags = kMultiple, .arguments = kKeyValueArguments},
    {.name = "condition", .type = kOneOf, .flags = kOptional, .arguments = kConditions},
    {.name = "expiration", .type = kOneOf, .flags = kOptional, .arguments = kExpirations},
};

constexpr std::string_view kOfKeys = "O(N), N: number of keys";

constexpr Command kRows[] = {
    string_row({.name = "mget",
                .arity = -2,
                .flags = kReadOnly | kFast,
                .keys = all_keys(kRO | kAccess),
                .handler = SpanHandler{mget},
                .summary = "Tells the string values of several keys",
                .complexity = kOfKeys,
                .since = "1.0.0",
                .arguments = kKeysArgument,
                .tips = "request_policy:multi_shard"}),
    string_row({.name = "mset",
                .arity = -3,
                .flags = kWrite | kDenyOom,
                .keys = all_keys(kOW | kUpdate, 2),
                .handler = SpanHandler{mset},
                .summary = "Gives several keys a string value each",
                .complexity = kOfKeys,
                .since = "1.0.1",
                .arguments = kPairs,
                .tips = "request_policy:multi_shard response_policy:all_succeeded"}),
    string_row({.name = "msetnx",
                .arity = -3,
                .flags = kWrite | kDenyOom,
                .keys = all_keys(kOW | kInsert, 2),
                .handler = SpanHandler{msetnx},
                .summary = "Gives several keys a string value each if none of them exists",
                .complexity = kOfKeys,
                .since = "1.0.1",
                .arguments = kPairs,
                .tips = "request_policy:multi_shard response_policy:agg_min"}),
    string_row({.name = "msetex",
                .arity = -4,
                .flags = kWrite | kDenyOom | kMovableKeys,
                .keys = {.step = 2, .count_at = 1, .access = kOW | kUpdate},
                .handler = SpanHandler{msetex},
                .summary = "Gives several keys a string value each and one expiry",
                .complexity = kOfKeys,
                .since = "8.4.0",
                .arguments = kMsetexArguments,
                .tips = "request_policy:multi_shard response_policy:agg_min"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> multi_string_commands() { return kRows; }

}  // namespace countd::commands
