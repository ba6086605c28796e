#include "config/glob.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using countd::config::glob_matches;
using countd::config::has_wildcard;

namespace {

// The definition: a star is any number of bytes. Exponential, so for short texts only.
bool slow_matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t taken = 0; taken <= text.size(); ++taken) {
      if (slow_matches(pattern.substr(1), text.substr(taken))) return true;
    }
    return false;
  }
  // One element and one byte: the whole of it is what glob_matches says without a star.
  for (std::size_t length = 1; length <= pattern.size() && !text.empty(); ++length) {
    const auto element = pattern.substr(0, length);
    const bool whole = element[0] == '['    ? length == pattern.size() || element.back() == ']'
                       : element[0] == '\\' ? length == std::min<std::size_t>(2, pattern.size())
                                            : true;
    if (!whole) continue;
    return glob_matches(element, text.substr(0, 1)) &&
           slow_matches(pattern.substr(length), text.substr(1));
  }
  return false;
}

}  // namespace

TEST_CASE("patterns mean what Redis means by them") {
  CHECK(glob_matches("h?llo", "hello"));
  CHECK_FALSE(glob_matches("h?llo", "hllo"));
  CHECK(glob_matches("h*o", "ho"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("h[ae]llo", "hallo"));
  CHECK_FALSE(glob_matches("h[^e]llo", "hello"));
  CHECK(glob_matches("h[b-a]llo", "hallo"));
  CHECK(glob_matches("a\\*b", "a*b"));
  CHECK_FALSE(glob_matches("a\\*b", "axb"));
  CHECK(glob_matches("[\\]]", "]"));
  CHECK_FALSE(glob_matches("[]", "]"));
  CHECK(glob_matches("[abc", "b"));
  CHECK_FALSE(glob_matches("h[", "hz"));
  CHECK(glob_matches("a\\", "a\\"));
  CHECK(glob_matches("\\h\\z", "hz"));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK_FALSE(glob_matches("", "hz"));
  CHECK(glob_matches("", ""));
  CHECK_FALSE(glob_matches("abc", "ab"));
  CHECK_FALSE(glob_matches("ab", "abc"));
}

TEST_CASE("wildcards are seen") {
  CHECK(has_wildcard("a*"));
  CHECK(has_wildcard("a?"));
  CHECK(has_wildcard("[a"));
  CHECK_FALSE(has_wildcard("maxmemory-policy"));
}

TEST_CASE("case is ignored where asked") {
  CHECK(glob_matches("GET*", "getex", true));
  CHECK(glob_matches("[G-H]et", "get", true));
  CHECK_FALSE(glob_matches("GET*", "getex"));
}

TEST_CASE("matching equals its definition on random patterns") {
  std::mt19937 random(11);
  const auto draw = [&](std::string_view from, std::size_t longest) {
    std::string text(random() % (longest + 1), ' ');
    for (char& c : text) c = from[random() % from.size()];
    return text;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::string pattern = draw("ab*?", 7);
    const std::string text = draw("ab", 8);
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(glob_matches(pattern, text) == slow_matches(pattern, text));
  }
}

TEST_CASE("many stars do not take exponential time") {
  const std::string text(20000, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  CHECK_FALSE(glob_matches(pattern + "b", text));
  CHECK(glob_matches(pattern, text));
}
