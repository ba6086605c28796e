#include "commands/keys.h"

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"

namespace countd::commands {

std::string_view type_name(storage::Type type) {
  switch (type) {
    case storage::Type::kNone:
      return "none";
    case storage::Type::kString:
      return "string";
    case storage::Type::kCountMin:
      return "CMSk-TYPE";
  }
  return "none";
}

namespace {

// Answers for how many of its keys `what` is true, each as often as it is named.
template <class What>
void count_keys(Arguments& args, CheckedOut& shards, Reply& reply, What what) {
  std::int64_t count = 0;
  while (!args.done()) {
    const auto key = args.next_key();
    if (what(shards.of(key), key)) ++count;
  }
  reply.integer(count);
}

void del(Arguments& args, CheckedOut& shards, Reply& reply) {
  count_keys(args, shards, reply, [](auto& keys, const auto& key) { return keys.erase(key); });
}

void exists(Arguments& args, CheckedOut& shards, Reply& reply) {
  count_keys(args, shards, reply,
             [](auto& keys, const auto& key) { return keys.look(key).exists; });
}

void touch(Arguments& args, CheckedOut& shards, Reply& reply) {
  count_keys(args, shards, reply,
             [](auto& keys, const auto& key) { return keys.read(key).exists; });
}

void type(Arguments& args, storage::Keyspace& keys, Reply& reply) {
  reply.status(type_name(keys.look(args.next_key()).type()));
}

constexpr std::string_view kOfKeys = "O(N), N: number of keys";
constexpr std::string_view kSummed = "request_policy:multi_shard response_policy:agg_sum";

constexpr Command kRows[] = {
    generic_row({.name = "del",
                 .arity = -2,
                 .flags = kWrite,
                 .keys = all_keys(kRM | kDelete),
                 .handler = SpanHandler{del},
                 .summary = "Deletes keys",
                 .complexity = kOfKeys,
                 .since = "1.0.0",
                 .arguments = kKeysArgument,
                 .tips = kSummed}),
    generic_row({.name = "unlink",
                 .arity = -2,
                 .flags = kWrite | kFast,
                 .keys = all_keys(kRM | kDelete),
                 .handler = SpanHandler{del},
                 .summary = "Deletes keys, as DEL does",
                 .complexity = kOfKeys,
                 .since = "4.0.0",
                 .arguments = kKeysArgument,
                 .tips = kSummed}),
    generic_row({.name = "exists",
                 .arity = -2,
                 .flags = kReadOnly | kFast,
                 .keys = all_keys(kRO),
                 .handler = SpanHandler{exists},
                 .summary = "Tells how many of the keys exist",
                 .complexity = kOfKeys,
                 .since = "1.0.0",
                 .arguments = kKeysArgument,
                 .history = "3.0.3: takes several keys",
                 .tips = kSummed}),
    generic_row({.name = "touch",
                 .arity = -2,
                 .flags = kReadOnly | kFast,
                 .keys = all_keys(kRO),
                 .handler = SpanHandler{touch},
                 .summary = "Makes keys count as just used",
                 .complexity = kOfKeys,
                 .since = "3.2.1",
                 .arguments = kKeysArgument,
                 .tips = kSummed}),
    generic_row({.name = "type",
                 .arity = 2,
                 .flags = kReadOnly | kFast,
                 .keys = first_key(kRO),
                 .handler = ShardHandler{type},
                 .summary = "Tells what type of value a key holds",
                 .since = "1.0.0",
                 .arguments = kKeyArgument}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> key_commands() { return kRows; }

}  // namespace countd::commands
