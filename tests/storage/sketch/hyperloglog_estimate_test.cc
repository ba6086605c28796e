#include "storage/sketch/hyperloglog_estimate.h"

#include <doctest/doctest.h>

using namespace countd::storage::hyperloglog;

TEST_CASE("an empty sketch has seen nothing") {
  Histogram histogram{};
  histogram[0] = kRegisters;
  CHECK(estimate(histogram) == 0);
}

TEST_CASE("the first elements are counted exactly") {
  for (std::uint16_t n = 1; n <= 50; ++n) {
    Histogram histogram{};
    histogram[0] = static_cast<std::uint16_t>(kRegisters - n);
    histogram[1] = n;
    CHECK(estimate(histogram) == n);
  }
}

TEST_CASE("full registers, and values that no hash gives, answer as Redis answers") {
  Histogram full{};
  full[51] = kRegisters;
  CHECK(estimate(full) == std::uint64_t{1} << 63);
  Histogram beyond{};
  beyond[63] = kRegisters;
  CHECK(estimate(beyond) == std::uint64_t{1} << 63);
}
