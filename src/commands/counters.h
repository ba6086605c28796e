#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT and INCREX.
std::span<const Command> counter_commands();

}  // namespace countd::commands
