// The words of the errors that more than one command gives, as Redis and RedisBloom word them. What
// only one command says stands beside it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace countd::commands {

/// With its code: "ERR syntax error", "CMS: key does not exist".
std::string_view error_text(storage::Errc error);

/// ERR unknown command 'x', with args beginning with: 'a' 'b' …
std::string unknown_command(std::span<const std::string_view> words);
/// ERR wrong number of arguments for 'config|get' command
std::string wrong_arity(std::string_view full_name);
/// ERR invalid expire time in 'set' command
std::string invalid_expire(std::string_view command);
/// ERR unknown subcommand 'x'. Try CONFIG HELP.
std::string unknown_subcommand(std::span<const std::string_view> words);
/// ERR unknown subcommand or wrong number of arguments for 'x'. Try CLIENT HELP.
std::string misused_subcommand(std::span<const std::string_view> words);

}  // namespace countd::commands
