// Words of a request compared as Redis compares them: ASCII letters without case, other bytes as
// they are.
#pragma once

#include <string>
#include <string_view>

#include "config/value_text.h"

namespace countd::commands {

using config::lower;
using config::lower_case;
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

constexpr bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

inline std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = upper(c);
  return result;
}

}  // namespace countd::commands
