// MODULE LIST: clients that look for the sketches' commands look for RedisBloom's module.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

class Reply;

std::span<const Command> module_commands();

/// The array of "loaded modules", as MODULE LIST and HELLO answer it.
void answer_modules(Reply& reply);

}  // namespace countd::commands
