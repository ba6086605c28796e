#include "storage/base/random.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>

using countd::storage::Random;

TEST_CASE("the same seed gives the same numbers, another gives others") {
  Random first{1};
  Random again{1};
  Random other{2};
  const auto number = first.next();
  CHECK(again.next() == number);
  CHECK(other.next() != number);
}

TEST_CASE("bounded numbers stay in bounds and reach all of them evenly") {
  Random random{9};
  std::array<int, 10> seen{};
  for (int round = 0; round < 100'000; ++round) ++seen.at(random.below(10));
  for (const int times : seen) CHECK(std::abs(times - 10'000) < 500);
}
