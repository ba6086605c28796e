// PF*: unique counts over HyperLogLogs, which are strings byte for byte as Redis keeps them.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// PFADD, PFCOUNT, PFMERGE, PFDEBUG and PFSELFTEST.
std::span<const Command> hyperloglog_commands();

}  // namespace countd::commands
