#include "config/name_pattern.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd::config;

TEST_CASE("patterns match names as in CONFIG GET") {
  CHECK(matches_name("*", "maxmemory"));
  CHECK(matches_name("*", ""));
  CHECK(matches_name("maxmem*", "maxmemory-policy"));
  CHECK(matches_name("*out*", "timeout"));
  CHECK(matches_name("MAX*Y", "maxmemory"));
  CHECK(matches_name("h?", "hz"));
  CHECK(matches_name("[mt]*out", "timeout"));
  CHECK(matches_name("[^a]z", "hz"));
  CHECK(matches_name("[a-z]z", "hz"));
  CHECK(matches_name("[z-a]z", "hz"));
  CHECK(matches_name("\\h\\z", "hz"));
  CHECK(matches_name("a*b*c", "axxbxxbc"));
  CHECK_FALSE(matches_name("maxmemory", "maxmemory-policy"));
  CHECK_FALSE(matches_name("?", ""));
  CHECK_FALSE(matches_name("h\\?", "hz"));
  CHECK_FALSE(matches_name("[^h]z", "hz"));
  CHECK_FALSE(matches_name("", "hz"));
  CHECK(matches_name("", ""));
}

TEST_CASE("what is left open ends with the pattern") {
  CHECK(matches_name("h[z", "hz"));
  CHECK_FALSE(matches_name("h[", "hz"));
  CHECK(matches_name("h\\", "h\\"));
}

TEST_CASE("many stars cost no more than the product of the lengths") {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  CHECK_FALSE(matches_name(pattern + "b", std::string(4000, 'a')));
}

TEST_CASE("wildcards are seen") {
  CHECK(has_wildcard("a*"));
  CHECK(has_wildcard("a?"));
  CHECK(has_wildcard("[a"));
  CHECK_FALSE(has_wildcard("maxmemory-policy"));
}
