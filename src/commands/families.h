// The families of commands, one span of rows each.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

std::span<const std::span<const Command>> families();

}  // namespace countd::commands
