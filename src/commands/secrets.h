// Keeps passwords out of what is shown of a request.
#pragma once

#include <string>
#include <vector>

namespace countd::commands {

/// `shown`: the words of AUTH, HELLO or CONFIG SET. Replaces users and passwords, and the values of
/// options that are secret, by "(redacted)".
void hide_secrets(std::vector<std::string>& shown);

}  // namespace countd::commands
