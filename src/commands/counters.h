// The commands that count.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT.
std::span<const Command> counter_commands();
/// INCREX.
std::span<const Command> increx_commands();

}  // namespace countd::commands
