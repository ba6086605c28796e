// Walks over the keys of a database. SCAN goes through one shard after the other: its cursor is
// the shard's number above the 48 bits of that keyspace's own cursor.
#include <charconv>
#include <optional>
#include <string>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/words.h"
#include "config/glob.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

// With a sign, as strtoul takes it.
std::uint64_t next_cursor(Arguments& args) {
  const auto text = args.next();
  const bool negative = text.starts_with('-');
  const auto digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  std::uint64_t cursor = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole && !text.empty()) args.fail(Errc::kInvalidCursor);
  return negative ? 0 - cursor : cursor;
}

struct ScanOptions {
  std::string_view pattern = "*";
  std::optional<std::string_view> type;
  std::int64_t count = 10;

  [[nodiscard]] bool wants(std::string_view key, storage::Type of) const {
    if (type && !same_word(*type, type_name(of))) return false;
    return pattern == "*" || config::glob_matches(pattern, key);
  }
};

ScanOptions scan_options(Arguments& args) {
  ScanOptions options;
  while (!args.done() && !args.failed()) {
    if (args.remaining() >= 2 && args.next_is("count")) {
      options.count = args.next_int();
      if (options.count < 1) args.fail(Errc::kSyntax);
    } else if (args.remaining() >= 2 && args.next_is("match")) {
      options.pattern = args.next();
    } else if (args.remaining() >= 2 && args.next_is("type")) {
      options.type = args.next();
    } else {
      args.fail(Errc::kSyntax);
    }
  }
  return options;
}

void scan(Arguments& args, Keyspace& keys, Reply& reply) {
  constexpr std::uint64_t kWithinShard = (std::uint64_t{1} << kCursorShardBit) - 1;
  const auto cursor = next_cursor(args);
  const auto options = scan_options(args);
  if (args.failed()) return args.report(reply);

  const auto shard = static_cast<std::uint64_t>(args.context().shard);
  const auto shards = static_cast<std::uint64_t>(args.context().shards);
  std::vector<std::string> found;
  std::uint64_t next = 0;
  // A cursor that names no shard is the end of no walk of ours.
  if (cursor >> kCursorShardBit == shard) {
    next = keys.scan(args.db(), cursor & kWithinShard, static_cast<std::size_t>(options.count),
                     [&](std::string_view key, const storage::EntryView& entry) {
                       if (options.wants(key, entry.type())) found.emplace_back(key);
                     });
    if (next != 0) {
      next |= shard << kCursorShardBit;
    } else if (shard + 1 < shards) {
      next = (shard + 1) << kCursorShardBit;
    }
  }
  reply.array(2);
  reply.bulk(std::to_string(next));
  reply.array(found.size());
  for (const auto& key : found) reply.bulk(key);
}

void for_each_key(Keyspace& keys, int db, const std::function<void(std::string_view)>& visit) {
  constexpr std::size_t kStep = 1024;
  std::uint64_t cursor = 0;
  do {
    cursor = keys.scan(db, cursor, kStep,
                       [&](std::string_view key, const storage::EntryView&) { visit(key); });
  } while (cursor != 0);
}

void keys_on_shard(Arguments& args, Keyspace& keys, Partial& partial) {
  const auto pattern = args.next();
  for_each_key(keys, args.db(), [&](std::string_view key) {
    if (pattern == "*" || config::glob_matches(pattern, key)) partial.items.emplace_back(key);
  });
}

void merge_keys(Arguments&, std::span<Partial> partials, Reply& reply) {
  std::size_t count = 0;
  for (const auto& partial : partials) count += partial.items.size();
  reply.array(count);
  for (const auto& partial : partials) {
    for (const auto& key : partial.items) reply.bulk(key);
  }
}

void size_on_shard(Arguments& args, Keyspace& keys, Partial& partial) {
  partial.number = static_cast<std::int64_t>(keys.size(args.db()));
}

std::int64_t sum(std::span<const Partial> partials) {
  std::int64_t total = 0;
  for (const auto& partial : partials) total += partial.number;
  return total;
}

void merge_sizes(Arguments&, std::span<Partial> partials, Reply& reply) {
  reply.integer(sum(partials));
}

// Each shard draws one key; a shard is chosen with the weight of how many it has.
void random_on_shard(Arguments& args, Keyspace& keys, Partial& partial) {
  std::string key;
  if (!keys.random_key(args.db(), key)) return;
  partial.number = static_cast<std::int64_t>(keys.size(args.db()));
  partial.items.push_back(std::move(key));
}

void choose_random(Arguments& args, std::span<Partial> partials, Reply& reply) {
  const auto total = sum(partials);
  if (total == 0) return reply.null();
  const auto& context = args.context();
  // Where the caller has no random word, the drawn keys and the time must do.
  std::uint64_t drawn = context.random;
  if (drawn == 0) drawn = context.hash_seed ^ static_cast<std::uint64_t>(context.now);
  for (const auto& partial : partials) {
    if (!partial.items.empty()) drawn = storage::hash_key(partial.items[0], drawn);
  }
  auto left = static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(total));
  for (const auto& partial : partials) {
    if (left < partial.number) return reply.bulk(partial.items[0]);
    left -= partial.number;
  }
}

constexpr Argument kScanArguments[] = {
    {"cursor", kInteger},
    {"pattern", kPattern, "MATCH", kOptional},
    {"count", kInteger, "COUNT", kOptional},
    {"type", kString, "TYPE", kOptional, -1, "6.0.0"},
};
constexpr Argument kKeysArguments[] = {{"pattern", kPattern}};

constexpr Command kRows[] = {
    generic_row({.name = "scan",
                 .arity = -2,
                 .flags = kReadOnly | kByCursor,
                 .handler = ShardHandler{scan},
                 .summary = "Tells the keys of a database some at a time",
                 .complexity = "O(N) for a whole walk, N: keys of the database",
                 .since = "2.8.0",
                 .arguments = kScanArguments,
                 .history = "6.0.0: added TYPE",
                 .tips = "nondeterministic_output request_policy:special"}),
    generic_row({.name = "keys",
                 .arity = 2,
                 .flags = kReadOnly,
                 .categories = "@keyspace @dangerous",
                 .handler = GatherHandler{keys_on_shard, merge_keys},
                 .summary = "Tells all keys that match a pattern",
                 .complexity = "O(N), N: keys of the database",
                 .since = "1.0.0",
                 .arguments = kKeysArguments,
                 .tips = "request_policy:all_shards nondeterministic_output_order"}),
    generic_row({.name = "randomkey",
                 .arity = 1,
                 .flags = kReadOnly,
                 .handler = GatherHandler{random_on_shard, choose_random},
                 .summary = "Tells some key of the database",
                 .since = "1.0.0",
                 .tips = "request_policy:all_shards nondeterministic_output"}),
    in_group("server", "@keyspace",
             {.name = "dbsize",
              .arity = 1,
              .flags = kReadOnly | kFast,
              .handler = GatherHandler{size_on_shard, merge_sizes},
              .summary = "Tells how many keys the database has",
              .since = "1.0.0",
              .tips = "request_policy:all_shards response_policy:agg_sum"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> scan_commands() { return kRows; }

}  // namespace countd::commands
