// What rows of one family have in common, so that a row tells only what is its own.
#pragma once

#include "commands/command.h"

namespace countd::commands {

// -- where keys stand, and what is done to them --------------------------------------------------
constexpr KeySpec first_key(unsigned access) {
  return {.first = 1, .last = 1, .step = 1, .access = static_cast<std::uint16_t>(access)};
}
/// The key of a container's subcommand: OBJECT ENCODING key.
constexpr KeySpec second_key(unsigned access) {
  return {.first = 2, .last = 2, .step = 1, .access = static_cast<std::uint16_t>(access)};
}
constexpr KeySpec all_keys(unsigned access, int step = 1) {
  return {.first = 1, .last = -1, .step = step, .access = static_cast<std::uint16_t>(access)};
}
/// A source and a destination: RENAME, COPY.
constexpr KeySpec two_keys(unsigned source, unsigned destination) {
  return {.first = 1,
          .last = 2,
          .step = 1,
          .access = static_cast<std::uint16_t>(source),
          .rest_access = static_cast<std::uint16_t>(destination)};
}

// -- the rest of a row: what it does not say itself ----------------------------------------------
constexpr Command in_group(std::string_view group, std::string_view categories, Command row) {
  row.group = group;
  if (row.categories.empty()) row.categories = categories;
  if (row.complexity.empty()) row.complexity = "O(1)";
  return row;
}
constexpr Command string_row(const Command& row) { return in_group("string", "@string", row); }
constexpr Command generic_row(const Command& row) { return in_group("generic", "@keyspace", row); }
constexpr Command server_row(const Command& row) { return in_group("server", "", row); }
constexpr Command connection_row(const Command& row) {
  return in_group("connection", "@connection", row);
}
/// A command that does nothing but hold subcommands.
constexpr Command container(Command row) {
  row.arity = -2;
  if (row.complexity.empty()) row.complexity = "Depends on the subcommand";
  return row;
}

// -- arguments that many rows share --------------------------------------------------------------
inline constexpr Argument kKeyArgument[] = {{"key", ArgumentType::kKey}};
inline constexpr Argument kKeysArgument[] = {
    {.name = "key", .type = ArgumentType::kKey, .flags = kMultiple}};
inline constexpr Argument kKeyValueArguments[] = {{"key", ArgumentType::kKey}, {"value"}};

}  // namespace countd::commands
