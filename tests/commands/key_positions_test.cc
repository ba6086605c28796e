#include <doctest/doctest.h>

#include <vector>

#include "commands/command.h"

using countd::commands::Command;
using countd::commands::KeySpec;

namespace {

// The positions, or {-1} if the request is malformed.
std::vector<int> positions(KeySpec keys, const std::vector<std::string_view>& words) {
  std::vector<int> found;
  if (!countd::commands::key_positions({.keys = keys}, words, found)) return {-1};
  return found;
}

}  // namespace

TEST_CASE("keys stand from first to last, step by step") {
  CHECK(positions({}, {"ping"}).empty());
  CHECK(positions({.first = 1, .last = 1, .step = 1}, {"get", "k"}) == std::vector{1});
  CHECK(positions({.first = 1, .last = -1, .step = 1}, {"del", "a", "b", "c"}) ==
        std::vector{1, 2, 3});
  CHECK(positions({.first = 1, .last = -1, .step = 2}, {"mset", "a", "1", "b", "2"}) ==
        std::vector{1, 3});
  CHECK(positions({.first = 1, .last = 2, .step = 1}, {"rename", "a"}) == std::vector{-1});
}

TEST_CASE("counted keys follow their number") {
  const KeySpec msetex{.step = 2, .count_at = 1};
  CHECK(positions(msetex, {"msetex", "2", "a", "1", "b", "2", "nx"}) == std::vector{2, 4});
  CHECK(positions(msetex, {"msetex", "3", "a", "1", "b", "2"}) == std::vector{-1});
  CHECK(positions(msetex, {"msetex", "-1", "a", "1"}) == std::vector{-1});
  CHECK(positions(msetex, {"msetex", "x", "a", "1"}) == std::vector{-1});
  CHECK(positions(msetex, {"msetex", "9223372036854775807", "a"}) == std::vector{-1});
  CHECK(positions(msetex, {"msetex"}) == std::vector{-1});
  const KeySpec merge{.first = 1, .step = 1, .count_at = 2};
  CHECK(positions(merge, {"cms.merge", "to", "2", "a", "b", "weights", "1", "2"}) ==
        std::vector{1, 3, 4});
  CHECK(positions(merge, {"cms.merge", "to", "0"}) == std::vector{1});
}
