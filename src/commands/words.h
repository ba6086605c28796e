// Words of a request compared as Redis compares them: ASCII letters without case, other bytes as
// they are.
#pragma once

#include <string>
#include <string_view>

#include "config/value_text.h"

namespace countd::commands {

using config::lower;
using config::lower_case;
using config::same_word;
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

inline std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = upper(c);
  return result;
}

}  // namespace countd::commands
