// Key specifications that most rows use: where the keys stand, and what is done to them.
#pragma once

#include "commands/command.h"

namespace countd::commands {

constexpr KeySpec first_key(unsigned access) {
  return {.first = 1, .last = 1, .step = 1, .access = static_cast<std::uint8_t>(access)};
}
/// The key of a container's subcommand: OBJECT ENCODING key.
constexpr KeySpec second_key(unsigned access) {
  return {.first = 2, .last = 2, .step = 1, .access = static_cast<std::uint8_t>(access)};
}
constexpr KeySpec all_keys(unsigned access, int step = 1) {
  return {.first = 1, .last = -1, .step = step, .access = static_cast<std::uint8_t>(access)};
}
/// A source and a destination: RENAME, COPY.
constexpr KeySpec two_keys(unsigned source, unsigned destination) {
  return {.first = 1,
          .last = 2,
          .step = 1,
          .access = static_cast<std::uint8_t>(source),
          .rest_access = static_cast<std::uint8_t>(destination)};
}

}  // namespace countd::commands
