// Entries under another name, or in another database: value and expiry go together.
#include <string>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/keys.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

// REQUIRES: the source exists.
void rename_entry(CheckedOut& shards, const storage::Key& from, const storage::Key& to) {
  shards.of(to).put(to, shards.of(from).take(from));
}

void rename(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto from = args.next_key();
  const auto to = args.next_key();
  if (!shards.of(from).peek(from)) return reply.error(Errc::kNoSuchKey);
  if (from.bytes != to.bytes) rename_entry(shards, from, to);
  reply.ok();
}

void renamenx(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto from = args.next_key();
  const auto to = args.next_key();
  if (!shards.of(from).peek(from)) return reply.error(Errc::kNoSuchKey);
  if (shards.of(to).peek(to)) return reply.integer(0);
  rename_entry(shards, from, to);
  reply.integer(1);
}

struct CopyOptions {
  int db = 0;
  bool replace = false;
};

CopyOptions copy_options(Arguments& args) {
  CopyOptions options{.db = args.db()};
  while (!args.done() && !args.failed()) {
    if (args.next_is("replace")) {
      options.replace = true;
    } else if (args.remaining() >= 2 && args.next_is("db")) {
      options.db = args.next_db();
    } else {
      args.fail(Errc::kSyntax);
    }
  }
  return options;
}

// The entry is a view into a keyspace that the copy is written to: text is taken out first.
void copy_entry(Keyspace& keys, const storage::Key& to, const storage::EntryView& entry) {
  const auto expiry = entry.expiry;
  if (entry.value.is_integer()) return keys.set(to, entry.value.integer(), expiry);
  if (const auto* object = entry.value.object()) return keys.set(to, object->clone(), expiry);
  storage::IntegerText buffer;
  const std::string text(entry.value.text(buffer));
  keys.set(to, std::string_view(text), expiry);
}

void copy(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto from = args.next_key();
  auto to = args.next_key();
  const auto options = copy_options(args);
  if (args.failed()) return args.report(reply);
  to.db = options.db;
  if (from.bytes == to.bytes && from.db == to.db) return reply.error(Errc::kSameObject);

  const auto entry = shards.of(from).read(from);
  Keyspace& target = shards.of(to);
  if (!entry || (!options.replace && target.peek(to))) return reply.integer(0);
  copy_entry(target, to, entry);
  reply.integer(1);
}

// A key's shard does not depend on its database: both are in one keyspace.
void move(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto from = args.next_key();
  auto to = from;
  to.db = args.next_db();
  if (args.failed()) return args.report(reply);
  if (to.db == from.db) return reply.error(Errc::kSameObject);
  if (!keys.peek(from) || keys.peek(to)) return reply.integer(0);
  keys.put(to, keys.take(from));
  reply.integer(1);
}

constexpr Argument kNewKey = {.name = "newkey", .type = kKey, .key_spec_index = 1};
constexpr Argument kRenameArguments[] = {{"key", kKey}, kNewKey};
constexpr Argument kCopyArguments[] = {
    {"source", kKey},
    {.name = "destination", .type = kKey, .key_spec_index = 1},
    {"destination-db", kInteger, "DB", kOptional},
    {"replace", kPureToken, "REPLACE", kOptional},
};
constexpr Argument kMoveArguments[] = {{"key", kKey}, {"db", kInteger}};

constexpr Command kRows[] = {
    generic_row({.name = "rename",
                 .arity = 3,
                 .flags = kWrite,
                 .keys = two_keys(kRW | kAccess | kDelete, kOW | kUpdate),
                 .handler = SpanHandler{rename},
                 .summary = "Gives a key another name, which may be in use",
                 .since = "1.0.0",
                 .arguments = kRenameArguments}),
    generic_row({.name = "renamenx",
                 .arity = 3,
                 .flags = kWrite | kFast,
                 .keys = two_keys(kRW | kAccess | kDelete, kOW | kInsert),
                 .handler = SpanHandler{renamenx},
                 .summary = "Gives a key another name unless that is in use",
                 .since = "1.0.0",
                 .arguments = kRenameArguments,
                 .history = "3.2.0: both names may be the same"}),
    generic_row({.name = "copy",
                 .arity = -3,
                 .flags = kWrite | kDenyOom,
                 .keys = two_keys(kRO | kAccess, kOW | kUpdate),
                 .handler = SpanHandler{copy},
                 .summary = "Copies a key's value and expiry to another key",
                 .complexity = "O(N), N: bytes of the value",
                 .since = "6.2.0",
                 .arguments = kCopyArguments}),
    generic_row({.name = "move",
                 .arity = 3,
                 .flags = kWrite | kFast,
                 .keys = first_key(kRW | kAccess | kUpdate),
                 .handler = ShardHandler{move},
                 .summary = "Moves a key to another database",
                 .since = "1.0.0",
                 .arguments = kMoveArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> move_commands() { return kRows; }

}  // namespace countd::commands
