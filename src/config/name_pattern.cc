// A star is tried at its earliest match; when the rest fails, only the last star gives way.
#include "config/name_pattern.h"

#include "config/value_text.h"

namespace countd::config {

namespace {

/// Does the one-character element at the front of `pattern` match `c`? `size`: its length.
bool matches_one(std::string_view pattern, char c, std::size_t& size) {
  const auto same = [c](char other) { return equal_ignoring_case({&c, 1}, {&other, 1}); };
  size = 1;
  if (pattern[0] == '?') return true;
  if (pattern[0] == '\\' && pattern.size() > 1) {
    size = 2;
    return same(pattern[1]);
  }
  if (pattern[0] != '[') return same(pattern[0]);
  std::size_t at = 1;
  const bool inverted = pattern.size() > 1 && pattern[1] == '^';
  if (inverted) ++at;
  bool found = false;
  // An unclosed class ends with the pattern, as in Redis.
  for (; at < pattern.size() && pattern[at] != ']'; ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      const auto low = lower_case(pattern.substr(at, 1))[0];
      const auto high = lower_case(pattern.substr(at + 2, 1))[0];
      const auto lowered = lower_case({&c, 1})[0];
      found = found || (lowered >= low && lowered <= high) || (lowered >= high && lowered <= low);
      at += 2;
    } else {
      found = found || same(pattern[at]);
    }
  }
  size = at < pattern.size() ? at + 1 : at;
  return found != inverted;
}

}  // namespace

bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

bool matches_name(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size() || p < pattern.size()) {
    std::size_t size = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && n < name.size() &&
               matches_one(pattern.substr(p), name[n], size)) {
      p += size;
      ++n;
    } else if (star != std::string_view::npos && resume < name.size()) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace countd::config
