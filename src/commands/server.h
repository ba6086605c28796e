// The commands on the server as a whole.
#pragma once

#include <span>
#include <string_view>

#include "commands/command.h"

namespace countd::config {
struct Options;
}

namespace countd::commands {

struct Session;

/// INFO, TIME, ROLE, LOLWUT.
std::span<const Command> server_commands();
/// SAVE, BGSAVE, LASTSAVE, SHUTDOWN.
std::span<const Command> save_commands();
std::span<const Command> append_log_commands();
/// CONFIG.
std::span<const Command> config_commands();
/// COMMAND.
std::span<const Command> command_commands();
/// DEBUG.
std::span<const Command> debug_commands();
/// MEMORY.
std::span<const Command> memory_commands();
/// SLOWLOG.
std::span<const Command> slowlog_commands();

/// Does the client sit on this machine, by its address?
bool is_local(const Session& session);
/// Why the client may not call a row with kGuarded; empty if it may.
std::string_view debug_refusal(const config::Options& options, const Session& session);

}  // namespace countd::commands
