// An argument of a command as COMMAND DOCS shows it: rows name their arguments in constexpr arrays.
//
//   constexpr Argument kCondition[] = {{"nx", kPureToken, "NX"}, {"xx", kPureToken, "XX"}};
//   constexpr Argument kSetArguments[] = {
//       {"key", kKey}, {"value"}, {.name = "condition", .type = kOneOf, .flags = kOptional,
//                                  .arguments = kCondition}};
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace countd::commands {

enum class ArgumentType : std::uint8_t {
  kString,
  kInteger,
  kDouble,
  kKey,
  kPattern,
  kUnixTime,
  kPureToken,  // the token alone, no value
  kOneOf,      // exactly one of `arguments`
  kBlock,      // all of `arguments`, in order
};

/// Bits of Argument::flags.
enum ArgumentFlag : std::uint8_t {
  kOptional = 1u << 0,
  kMultiple = 1u << 1,
  kMultipleToken = 1u << 2,  // with kMultiple: the token is repeated before each value
};

struct Argument {
  std::string_view name = {};
  ArgumentType type = ArgumentType::kString;
  std::string_view token = {};
  std::uint8_t flags = 0;
  int key_spec_index = -1;  // which key specification it belongs to; kKey arguments: 0 if not said
  std::string_view since = {};
  std::span<const Argument> arguments = {};  // of kOneOf and kBlock
};

}  // namespace countd::commands
