#include "commands/secrets.h"

#include <algorithm>
#include <array>

#include "commands/words.h"

namespace countd::commands {
namespace {

constexpr std::array<std::string_view, 4> kSecretOptions = {"requirepass", "masterauth",
                                                            "masteruser", "tls-key-file-pass"};

}  // namespace

void hide_secrets(std::vector<std::string>& shown) {
  for (std::size_t i = 2; i + 1 < shown.size(); i += 2) {
    const bool secret = std::ranges::any_of(
        kSecretOptions, [&](std::string_view name) { return same_word(name, shown[i]); });
    if (secret) shown[i + 1] = "(redacted)";
  }
}

}  // namespace countd::commands
