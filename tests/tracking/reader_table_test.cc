#include "tracking/reader_table.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using countd::tracking::Reader;
using countd::tracking::ReaderTable;

TEST_CASE("a key's readers are remembered once each, and forgotten when they are taken") {
  ReaderTable table(1);
  table.remember("a", {9, 1});
  table.remember("a", {7, 0});
  table.remember("a", {7, 0, true});
  table.remember("b", {7, 0});
  CHECK(table.keys() == 2);
  CHECK(table.items() == 3);
  CHECK(table.take("a") == std::vector<Reader>{{7, 0, true}, {9, 1}});
  CHECK(table.take("a").empty());
  CHECK(table.keys() == 1);
  CHECK(table.items() == 1);
  table.clear();
  CHECK(table.keys() == 0);
  CHECK(table.items() == 0);
}

TEST_CASE("which key goes is chance, not the order of what came") {
  std::set<std::string> taken_first;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ReaderTable table(seed);
    for (int i = 0; i < 100; ++i) table.remember("key" + std::to_string(i), {1, 0});
    taken_first.insert(table.take_any().key);
    CHECK(table.keys() == 99);
  }
  CHECK(taken_first.size() > 20);
}
