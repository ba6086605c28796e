// The command table as the README shows it: one row a command, by group.
#pragma once

#include <string>

#include "commands/command.h"

namespace countd::docs {

std::string command_page(const commands::CommandTable& table);

/// `text` with what stands between the lines `begin` and `end` replaced by `content`.
/// Throws std::runtime_error if one of them is missing.
std::string replace_between(const std::string& text, const std::string& begin,
                            const std::string& end, const std::string& content);

}  // namespace countd::docs
