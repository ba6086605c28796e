#include "tests/differential/grammar.h"

#include <doctest/doctest.h>

#include <set>

using countd::differential::Grammar;

TEST_CASE("a seed gives the same commands again, another seed others") {
  Grammar a(7);
  Grammar b(7);
  Grammar c(8);
  bool all_same = true;
  for (int i = 0; i < 1000; ++i) {
    const auto words = a.next().words;
    CHECK(words == b.next().words);
    all_same = all_same && words == c.next().words;
  }
  CHECK_FALSE(all_same);
}

TEST_CASE("every rule comes up") {
  Grammar grammar(1);
  std::set<std::size_t> seen;
  for (int i = 0; i < 20000; ++i) {
    seen.insert(grammar.next().rule);
  }
  CHECK(seen.size() == Grammar::rules().size());
}

TEST_CASE("a forbidden command does not come up") {
  Grammar grammar(1);
  grammar.forbid("INCR");
  for (int i = 0; i < 5000; ++i) CHECK(grammar.next().words[0] != "INCR");
}
