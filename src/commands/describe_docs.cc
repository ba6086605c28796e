// COMMAND DOCS: what a row tells a person.
#include <array>

#include "commands/describe.h"
#include "commands/reply.h"

namespace countd::commands {

namespace {

constexpr std::array<std::string_view, 9> kTypeNames = {
    "string", "integer", "double", "key", "pattern", "unix-time", "pure-token", "oneof", "block"};

void answer_pair(std::string_view name, std::string_view value, Reply& reply) {
  reply.bulk(name);
  reply.bulk(value);
}

std::size_t count_true(std::initializer_list<bool> conditions) {
  std::size_t count = 0;
  for (const bool condition : conditions) count += condition ? 1 : 0;
  return count;
}

void answer_argument_flags(std::uint8_t flags, Reply& reply) {
  const bool optional = (flags & kOptional) != 0;
  const bool multiple = (flags & kMultiple) != 0;
  const bool multiple_token = (flags & kMultipleToken) != 0;
  reply.bulk("flags");
  reply.set(count_true({optional, multiple, multiple_token}));
  if (optional) reply.simple("optional");
  if (multiple) reply.simple("multiple");
  if (multiple_token) reply.simple("multiple_token");
}

void answer_arguments(std::span<const Argument> arguments, Reply& reply);

void answer_argument(const Argument& argument, Reply& reply) {
  const bool is_key = argument.type == ArgumentType::kKey;
  reply.map(2 + count_true({is_key, !argument.token.empty(), !argument.since.empty(),
                            argument.flags != 0, !argument.arguments.empty()}));
  answer_pair("name", argument.name, reply);
  answer_pair("type", kTypeNames[static_cast<std::size_t>(argument.type)], reply);
  if (is_key) {
    reply.bulk("key_spec_index");
    reply.integer(argument.key_spec_index < 0 ? 0 : argument.key_spec_index);
  }
  if (!argument.token.empty()) answer_pair("token", argument.token, reply);
  if (!argument.since.empty()) answer_pair("since", argument.since, reply);
  if (argument.flags != 0) answer_argument_flags(argument.flags, reply);
  if (!argument.arguments.empty()) answer_arguments(argument.arguments, reply);
}

void answer_arguments(std::span<const Argument> arguments, Reply& reply) {
  reply.bulk("arguments");
  reply.array(arguments.size());
  for (const Argument& argument : arguments) answer_argument(argument, reply);
}

// "6.2.0: what changed; 7.0.0: what else" as pairs.
void answer_history(std::string_view history, Reply& reply) {
  constexpr std::string_view kBetween = "; ";
  std::vector<std::string_view> entries;
  while (!history.empty()) {
    const auto end = std::min(history.find(kBetween), history.size());
    entries.push_back(history.substr(0, end));
    history.remove_prefix(std::min(end + kBetween.size(), history.size()));
  }
  reply.bulk("history");
  reply.set(entries.size());
  for (const auto entry : entries) {
    const auto colon = entry.find(": ");
    reply.array(2);
    reply.bulk(entry.substr(0, colon));
    reply.bulk(colon == std::string_view::npos ? std::string_view() : entry.substr(colon + 2));
  }
}

}  // namespace

void answer_docs(const CommandTable& table, const Command& row, Reply& reply) {
  reply.map(3 + count_true({!row.complexity.empty(), !row.history.empty(), !row.arguments.empty(),
                            !row.subcommands.empty()}));
  answer_pair("summary", row.summary, reply);
  answer_pair("since", row.since, reply);
  answer_pair("group", row.group, reply);
  if (!row.complexity.empty()) answer_pair("complexity", row.complexity, reply);
  if (!row.history.empty()) answer_history(row.history, reply);
  if (!row.arguments.empty()) answer_arguments(row.arguments, reply);
  if (row.subcommands.empty()) return;
  reply.bulk("subcommands");
  reply.map(row.subcommands.size());
  for (const Command& subcommand : row.subcommands) {
    reply.bulk(table.full_name(subcommand));
    answer_docs(table, subcommand, reply);
  }
}

}  // namespace countd::commands
