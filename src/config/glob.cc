#include "config/glob.h"

#include <utility>

#include "config/value_text.h"

namespace countd::config {

namespace {

unsigned char folded(char c, bool ignore_case) {
  return static_cast<unsigned char>(ignore_case ? lower(c) : c);
}

// Reads the class that begins at pattern[at], just after '[', and moves `at` past its end.
bool class_matches(std::string_view pattern, std::size_t& at, char c, bool ignore_case) {
  const unsigned char wanted = folded(c, ignore_case);
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool matches = false;
  for (; at < pattern.size() && pattern[at] != ']'; ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      ++at;
      matches |= pattern[at] == c;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      auto low = folded(pattern[at], ignore_case);
      auto high = folded(pattern[at + 2], ignore_case);
      if (low > high) std::swap(low, high);
      matches |= low <= wanted && wanted <= high;
      at += 2;
    } else {
      matches |= folded(pattern[at], ignore_case) == wanted;
    }
  }
  if (at < pattern.size()) ++at;
  return matches != negated;
}

// Does `c` match the pattern's element at `at` (no star)? Moves `at` past it.
bool element_matches(std::string_view pattern, std::size_t& at, char c, bool ignore_case) {
  switch (pattern[at]) {
    case '?':
      ++at;
      return true;
    case '[':
      ++at;
      return class_matches(pattern, at, c, ignore_case);
    case '\\':
      if (at + 1 < pattern.size()) ++at;
      [[fallthrough]];
    default:
      return folded(pattern[at++], ignore_case) == folded(c, ignore_case);
  }
}

}  // namespace

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

bool glob_matches(std::string_view pattern, std::string_view text, bool ignore_case) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t at = 0;         // in the pattern
  std::size_t seen = 0;       // in the text
  std::size_t star = kNone;   // after the last star
  std::size_t star_seen = 0;  // how much of the text stood before what it has swallowed
  while (seen < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = ++at;
      star_seen = seen;
    } else if (at < pattern.size() && element_matches(pattern, at, text[seen], ignore_case)) {
      ++seen;
    } else if (star != kNone) {
      at = star;
      seen = ++star_seen;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace countd::config
