#include "commands/secrets.h"

#include <algorithm>

#include "commands/words.h"
#include "config/option_table.h"

namespace countd::commands {
namespace {

void hide(std::string& word) { word = "(redacted)"; }

void hide_options(std::vector<std::string>& shown) {
  for (std::size_t i = 2; i + 1 < shown.size(); i += 2) {
    const auto* const option = config::find_option(shown[i]);
    if (option != nullptr && option->secret) hide(shown[i + 1]);
  }
}

// Of HELLO [version [AUTH user password] ...].
void hide_credentials(std::vector<std::string>& shown) {
  int secrets = 0;  // how many of the next words are
  for (std::size_t i = 2; i < shown.size(); ++i) {
    if (secrets > 0) {
      hide(shown[i]);
      --secrets;
    } else if (same_word("auth", shown[i])) {
      secrets = 2;
    } else if (same_word("setname", shown[i])) {
      ++i;  // a name may be "auth"
    }
  }
}

}  // namespace

void hide_secrets(std::vector<std::string>& shown) {
  if (same_word("auth", shown[0])) {
    std::for_each(shown.begin() + 1, shown.end(), hide);
  } else if (same_word("hello", shown[0])) {
    hide_credentials(shown);
  } else {
    hide_options(shown);
  }
}

}  // namespace countd::commands
