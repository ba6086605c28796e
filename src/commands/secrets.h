// Keeps passwords out of what is shown of a request.
#pragma once

#include <string>
#include <vector>

namespace countd::commands {

/// `shown`: the words of a CONFIG SET. Replaces the values of options that are secret.
void hide_secrets(std::vector<std::string>& shown);

}  // namespace countd::commands
