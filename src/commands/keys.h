// The commands on keys, whatever they hold.
#pragma once

#include <span>
#include <string_view>

#include "commands/command.h"
#include "storage/base/value.h"

namespace countd::commands {

/// DEL, UNLINK, EXISTS, TOUCH, TYPE.
std::span<const Command> key_commands();
/// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, TTL, PTTL, EXPIRETIME, PEXPIRETIME, PERSIST.
std::span<const Command> expiry_commands();
/// RENAME, RENAMENX, COPY, MOVE.
std::span<const Command> move_commands();
/// SCAN, KEYS, RANDOMKEY, DBSIZE.
std::span<const Command> scan_commands();
/// FLUSHDB, FLUSHALL, SWAPDB.
std::span<const Command> database_commands();
/// OBJECT.
std::span<const Command> object_commands();
/// DUMP, RESTORE.
std::span<const Command> dump_commands();

/// What TYPE answers: "none", "string", "CMSk-TYPE".
std::string_view type_name(storage::Type type);

}  // namespace countd::commands
