#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// PFADD, PFCOUNT, PFMERGE, PFDEBUG and PFSELFTEST.
std::span<const Command> hyperloglog_commands();

}  // namespace countd::commands
