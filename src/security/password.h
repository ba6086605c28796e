// Passwords are compared in a time that does not depend on where they differ, so that nobody can
// learn one byte by byte from how long a refusal takes.
#pragma once

#include <string_view>

namespace countd::security {

/// Equality in time that depends on the lengths only. A differing length is not hidden.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// Does `given` open a server whose `requirepass` is `configured`? Without one, anything does.
bool password_opens(std::string_view configured, std::string_view given);

}  // namespace countd::security
