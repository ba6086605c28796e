// The commands about the connection itself.
#pragma once

#include <span>
#include <string_view>

#include "commands/command.h"

namespace countd::config {
struct Options;
}

namespace countd::commands {

class Reply;
struct Session;

/// HELLO, AUTH, PING, ECHO, QUIT, RESET, SELECT.
std::span<const Command> connection_commands();
/// CLIENT.
std::span<const Command> client_commands();

/// Gives the client a name, "" for none; false if it has blanks or control characters in it, which
/// has been answered.
bool name_client(Session& session, std::string_view name, Reply& reply);

}  // namespace countd::commands
