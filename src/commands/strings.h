// The string commands, by what they do with a value.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// SET, SETNX, SETEX, PSETEX, GETSET.
std::span<const Command> set_commands();
/// GET, GETDEL, GETEX, STRLEN, DIGEST, DELEX.
std::span<const Command> get_commands();
/// GETRANGE, SUBSTR, SETRANGE, APPEND.
std::span<const Command> string_range_commands();
/// MGET, MSET, MSETNX, MSETEX.
std::span<const Command> multi_string_commands();

}  // namespace countd::commands
