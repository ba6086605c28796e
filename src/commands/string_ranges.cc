// Strings as runs of bytes: parts are read, overwritten and appended in place.
#include <algorithm>
#include <string>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/string_value.h"
#include "commands/strings.h"
#include "config/options.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using enum ArgumentType;

namespace {

// Both ends count, negative ones from the end; what lies outside the value is cut off.
std::string_view part(std::string_view value, std::int64_t start, std::int64_t end) {
  const auto size = static_cast<std::int64_t>(value.size());
  if (start < 0 && end < 0 && start > end) return {};
  if (start < 0) start = std::max<std::int64_t>(0, start + size);
  if (end < 0) end = std::max<std::int64_t>(0, end + size);
  end = std::min(end, size - 1);
  if (start > end) return {};
  return value.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start + 1));
}

void getrange(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto start = args.next_int();
  const auto end = args.next_int();
  if (args.failed()) return args.report(reply);
  const auto entry = keys.read(key);
  if (!entry) return reply.bulk("");
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  storage::IntegerText buffer;
  reply.bulk(part(entry.value.text(buffer), start, end));
}

// REQUIRES: missing or a string.
std::size_t length(const storage::EntryView& entry) {
  storage::IntegerText buffer;
  return entry ? entry.value.text(buffer).size() : 0;
}

bool too_long(const Arguments& args, std::uint64_t first, std::uint64_t more) {
  const auto most = static_cast<std::uint64_t>(args.options().proto_max_bulk_len);
  return first > most || more > most - first;
}

void setrange(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto offset = args.next_int();
  const auto part = args.next();
  if (offset < 0) args.fail(Errc::kOffsetOutOfRange);
  if (args.failed()) return args.report(reply);

  const auto entry = keys.peek(key);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  const std::size_t before = length(entry);
  // Nothing to write changes nothing, and creates nothing.
  if (part.empty()) return reply.integer(static_cast<std::int64_t>(before));
  if (too_long(args, static_cast<std::uint64_t>(offset), part.size())) {
    return reply.error(Errc::kStringTooLong);
  }
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t after = std::max(before, at + part.size());
  keys.edit_string(key, [&](std::string& bytes) {
    bytes.resize(after);
    bytes.replace(at, part.size(), part);
  });
  reply.integer(static_cast<std::int64_t>(after));
}

void append(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto more = args.next();
  const auto entry = keys.peek(key);
  if (is_other_than_string(entry)) return reply.error(Errc::kWrongType);
  if (!entry) {
    keys.set(key, storage::value_of_text(more));
    return reply.integer(static_cast<std::int64_t>(more.size()));
  }
  const std::size_t before = length(entry);
  if (too_long(args, before, more.size())) return reply.error(Errc::kStringTooLong);
  keys.edit_string(key, [&](std::string& bytes) { bytes.append(more); });
  reply.integer(static_cast<std::int64_t>(before + more.size()));
}

constexpr Argument kRangeArguments[] = {{"key", kKey}, {"start", kInteger}, {"end", kInteger}};
constexpr Argument kSetrangeArguments[] = {{"key", kKey}, {"offset", kInteger}, {"value"}};

constexpr Command kRows[] = {
    string_row({.name = "getrange",
                .arity = 4,
                .flags = kReadOnly,
                .keys = first_key(kRO | kAccess),
                .handler = ShardHandler{getrange},
                .summary = "Tells a part of a key's string value",
                .complexity = "O(N), N: bytes of the part",
                .since = "2.4.0",
                .arguments = kRangeArguments}),
    string_row({.name = "substr",
                .arity = 4,
                .flags = kReadOnly,
                .keys = first_key(kRO | kAccess),
                .handler = ShardHandler{getrange},
                .summary = "The name that GETRANGE had at first",
                .complexity = "O(N), N: bytes of the part",
                .since = "1.0.0",
                .arguments = kRangeArguments}),
    string_row({.name = "setrange",
                .arity = 4,
                .flags = kWrite | kDenyOom,
                .keys = first_key(kRW | kUpdate),
                .handler = ShardHandler{setrange},
                .summary = "Overwrites a part of a key's string value",
                .complexity = "O(N), N: bytes written",
                .since = "2.2.0",
                .arguments = kSetrangeArguments}),
    string_row({.name = "append",
                .arity = 3,
                .flags = kWrite | kDenyOom | kFast,
                .keys = first_key(kRW | kInsert),
                .handler = ShardHandler{append},
                .summary = "Adds bytes to the end of a key's string value",
                .complexity = "O(N), N: bytes added",
                .since = "2.0.0",
                .arguments = kKeyValueArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> string_range_commands() { return kRows; }

}  // namespace countd::commands
