// COMMAND: the table of commands, told to clients.
#include "commands/command.h"

#include <algorithm>

#include "commands/arguments.h"
#include "commands/container.h"
#include "commands/describe.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/server.h"
#include "commands/words.h"
#include "config/glob.h"

namespace countd::commands {

using enum ArgumentType;

namespace {

// The row of "get", "config" or "config|get"; null if there is none.
const Command* find_full(const CommandTable& table, std::string_view name) {
  const auto bar = name.find('|');
  const Command* row = table.find(name.substr(0, bar));
  if (row == nullptr || bar == std::string_view::npos) return row;
  const auto& subcommands = row->subcommands;
  const auto found = std::find_if(subcommands.begin(), subcommands.end(), [&](const Command& sub) {
    return same_word(sub.name, name.substr(bar + 1));
  });
  return found == subcommands.end() ? nullptr : &*found;
}

void info_of_all(Arguments& args, Reply& reply) {
  const CommandTable& table = *args.context().table;
  reply.array(table.all().size());
  for (const Command* row : table.all()) answer_info(table, *row, reply);
}

void command(Arguments& args, Session& session, Reply& reply) {
  if (args.words().size() > 1) return refuse_subcommand(args, session, reply);
  info_of_all(args, reply);
}

void count(Arguments& args, Session&, Reply& reply) {
  reply.integer(static_cast<std::int64_t>(args.context().table->all().size()));
}

void info(Arguments& args, Session&, Reply& reply) {
  args.after_subcommand();
  if (args.done()) return info_of_all(args, reply);
  const CommandTable& table = *args.context().table;
  reply.array(args.remaining());
  while (!args.done()) {
    const Command* const row = find_full(table, args.next());
    row == nullptr ? reply.null() : answer_info(table, *row, reply);
  }
}

void docs(Arguments& args, Session&, Reply& reply) {
  args.after_subcommand();
  const CommandTable& table = *args.context().table;
  std::vector<const Command*> rows;
  if (args.done()) rows.assign(table.all().begin(), table.all().end());
  while (!args.done()) {
    // Unknown names are left out.
    if (const Command* row = find_full(table, args.next())) rows.push_back(row);
  }
  reply.map(rows.size());
  for (const Command* row : rows) {
    reply.bulk(table.full_name(*row));
    answer_docs(table, *row, reply);
  }
}

struct ListFilter {
  std::string_view by;  // "" for all
  std::string_view operand;

  [[nodiscard]] bool passes(const Command& row, std::string_view name) const {
    if (by.empty()) return true;
    if (same_word(by, "pattern")) return config::glob_matches(operand, name, /*ignore_case=*/true);
    // No command is a module's.
    if (same_word(by, "module")) return false;
    const auto categories = categories_of(row);
    return std::any_of(categories.begin(), categories.end(), [&](std::string_view category) {
      return same_word(category.substr(1), operand);
    });
  }
};

void list(Arguments& args, Session&, Reply& reply) {
  args.after_subcommand();
  ListFilter filter;
  if (!args.done()) {
    const bool whole = args.remaining() == 3 && args.next_is("filterby");
    if (whole) filter = {args.next(), args.next()};
    const bool known = same_word(filter.by, "module") || same_word(filter.by, "aclcat") ||
                       same_word(filter.by, "pattern");
    if (!whole || !known) return reply.error(storage::Errc::kSyntax);
  }
  const CommandTable& table = *args.context().table;
  std::vector<std::string_view> names;
  for (const Command& row : table.rows()) {
    const auto name = table.full_name(row);
    if (filter.passes(row, name)) names.push_back(name);
  }
  reply.array(names.size());
  for (const auto name : names) reply.bulk(name);
}

// Where the keys after the first are described apart, Redis asks for at least one: PFMERGE runs
// with its target alone, but tells no keys then.
bool lacks_rest(const Command& row, const std::vector<int>& positions) {
  const bool has_rest = row.keys.rest_access != kAccessDerived && row.keys.count_at == 0;
  return has_rest && positions.size() == 1;
}

// The request that follows GETKEYS; answers and returns null if it has no keys to tell.
const Command* next_request(Arguments& args, std::vector<int>& positions, Reply& reply) {
  args.after_subcommand();
  const auto words = args.words().subspan(2);
  const Command* const row = args.context().table->resolve(words);
  const bool lacks_subcommand = row != nullptr && !row->subcommands.empty() && words.size() > 1;
  if (row == nullptr || lacks_subcommand) {
    reply.error("ERR Invalid command specified");
  } else if (!has_keys(*row)) {
    reply.error("ERR The command has no key arguments");
  } else if (!arity_fits(*row, words.size())) {
    reply.error("ERR Invalid number of arguments specified for command");
  } else if (key_positions(*row, words, positions) && !lacks_rest(*row, positions)) {
    return row;
  } else if ((row->flags & kNoMandatoryKeys) != 0) {
    reply.array(0);
  } else {
    reply.error("ERR Invalid arguments specified for command");
  }
  return nullptr;
}

void getkeys(Arguments& args, Session&, Reply& reply) {
  std::vector<int> positions;
  if (next_request(args, positions, reply) == nullptr) return;
  const auto words = args.words().subspan(2);
  reply.array(positions.size());
  for (const int at : positions) reply.bulk(words[static_cast<std::size_t>(at)]);
}

// What a request does to a key, where its options decide: SET reads only if it has GET or compares.
std::vector<std::string_view> access_in(const Command& row, std::span<const std::string_view> words,
                                        bool first) {
  auto access = access_of(row, first);
  if (std::erase(access, "variable_flags") == 0) return access;
  const bool reads = std::any_of(words.begin() + 3, words.end(), [](std::string_view word) {
    return same_word(word, "get") || same_word(word, "ifeq") || same_word(word, "ifne") ||
           same_word(word, "ifdeq") || same_word(word, "ifdne");
  });
  if (!reads) access = {"OW", "update"};
  return access;
}

void getkeysandflags(Arguments& args, Session&, Reply& reply) {
  std::vector<int> positions;
  const Command* const row = next_request(args, positions, reply);
  if (row == nullptr) return;
  const auto words = args.words().subspan(2);
  reply.array(positions.size());
  for (const int at : positions) {
    reply.array(2);
    reply.bulk(words[static_cast<std::size_t>(at)]);
    const auto access = access_in(*row, words, at == positions.front());
    reply.set(access.size());
    for (const auto name : access) reply.simple(name);
  }
}

void help(Arguments& args, Session&, Reply& reply) {
  answer_help(args, reply,
              {"(no subcommand)", "    Tells all commands, as INFO does.", "COUNT",
               "    Tells how many commands there are.", "DOCS [<name> ...]",
               "    Tells what commands are for and what they take.",
               "GETKEYS <command> [<arg> ...]", "    Tells which words of a request are keys.",
               "GETKEYSANDFLAGS <command> [<arg> ...]", "    Tells also what is done to them.",
               "INFO [<name> ...]", "    Tells arity, flags and keys of commands.",
               "LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]",
               "    Tells the names of commands."});
}

constexpr Argument kNames[] = {{.name = "command-name", .flags = kOptional | kMultiple}};
constexpr Argument kFilters[] = {{"module-name", kString, "MODULE"},
                                 {"category", kString, "ACLCAT"},
                                 {"pattern", kPattern, "PATTERN"}};
constexpr Argument kListArguments[] = {
    {"filterby", kOneOf, "FILTERBY", kOptional, -1, "", kFilters}};

constexpr Command command_row(Command row) {
  row.flags = kLoading | kStale;
  return in_group("server", "@connection", row);
}
constexpr std::string_view kOfNames = "O(N), N: commands told";
constexpr std::string_view kUnordered = "nondeterministic_output_order";

constexpr Command kSubcommands[] = {
    command_row({.name = "count",
                 .arity = 2,
                 .handler = SessionHandler{count},
                 .summary = "Tells how many commands there are",
                 .since = "2.8.13"}),
    command_row({.name = "docs",
                 .arity = -2,
                 .handler = SessionHandler{docs},
                 .summary = "Tells what commands are for and what they take",
                 .complexity = kOfNames,
                 .since = "7.0.0",
                 .arguments = kNames,
                 .tips = kUnordered}),
    command_row({.name = "getkeys",
                 .arity = -4,
                 .handler = SessionHandler{getkeys},
                 .summary = "Tells which words of a request are keys",
                 .complexity = "O(N), N: words",
                 .since = "2.8.13"}),
    command_row({.name = "getkeysandflags",
                 .arity = -4,
                 .handler = SessionHandler{getkeysandflags},
                 .summary = "Tells which words of a request are keys, and what is done to them",
                 .complexity = "O(N), N: words",
                 .since = "7.0.0"}),
    command_row({.name = "help",
                 .arity = 2,
                 .handler = SessionHandler{help},
                 .summary = "Tells the subcommands",
                 .since = "5.0.0"}),
    command_row({.name = "info",
                 .arity = -2,
                 .handler = SessionHandler{info},
                 .summary = "Tells arity, flags and keys of commands",
                 .complexity = kOfNames,
                 .since = "2.8.13",
                 .arguments = kNames,
                 .history = "7.0.0: without a name it tells all",
                 .tips = kUnordered}),
    command_row({.name = "list",
                 .arity = -2,
                 .handler = SessionHandler{list},
                 .summary = "Tells the names of commands",
                 .complexity = kOfNames,
                 .since = "7.0.0",
                 .arguments = kListArguments,
                 .tips = kUnordered}),
};
constexpr Command kRows[] = {
    command_row({.name = "command",
                 .arity = -1,
                 .handler = SessionHandler{command},
                 .summary = "Tells arity, flags and keys of all commands",
                 .complexity = kOfNames,
                 .since = "2.8.13",
                 .subcommands = kSubcommands,
                 .tips = kUnordered}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> command_commands() { return kRows; }

}  // namespace countd::commands
