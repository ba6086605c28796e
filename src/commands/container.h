// What the container commands share: the answer to a subcommand that they lack, and HELP.
#pragma once

#include <initializer_list>
#include <string_view>

#include "commands/arguments.h"
#include "commands/reply.h"

namespace countd::commands {

struct Session;

/// The handler of a container's own row: it runs when no subcommand's row does.
void refuse_subcommand(Arguments& args, Session& session, Reply& reply);

/// HELP's array: a heading, the lines, and HELP itself.
void answer_help(Arguments& args, Reply& reply, std::initializer_list<std::string_view> lines);

}  // namespace countd::commands
