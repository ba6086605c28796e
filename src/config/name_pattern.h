// Patterns of option names, as CONFIG GET takes them: * ? [abc] [^a] [a-z] and \ before any of
// them, whatever the case.
#pragma once

#include <string_view>

namespace countd::config {

bool has_wildcard(std::string_view pattern);

/// Takes at most pattern.size() * name.size() steps.
bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace countd::config
