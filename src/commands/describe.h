// A row of the command table as replies show it: COMMAND INFO's arrays and COMMAND DOCS' maps.
#pragma once

#include <string_view>
#include <vector>

#include "commands/command.h"

namespace countd::commands {

class Reply;

/// COMMAND INFO's ten elements, subcommands included.
void answer_info(const CommandTable& table, const Command& row, Reply& reply);
/// COMMAND DOCS' map of a row, subcommands included.
void answer_docs(const CommandTable& table, const Command& row, Reply& reply);

/// "@write", "@string", …: those the flags imply and the row's own, in Redis's order.
std::vector<std::string_view> categories_of(const Command& row);
/// "RW", "access", …: what a key of the row is for. `first`: the first key, or one of the rest.
std::vector<std::string_view> access_of(const Command& row, bool first);
/// Has the request keys, wherever they stand?
inline bool has_keys(const Command& row) { return row.keys.first > 0 || row.keys.count_at > 0; }

}  // namespace countd::commands
