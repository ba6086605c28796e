#include "shard/clock.h"

#include <doctest/doctest.h>

TEST_CASE("the system's clock tells this century's time, and durations never run backwards") {
  const countd::shard::SystemClock clock;
  CHECK(clock.now() > 1'600'000'000'000);  // 2020
  CHECK(clock.now() < 4'000'000'000'000);  // 2096
  auto before = clock.nanoseconds();
  for (int i = 0; i < 1000; ++i) {
    const auto now = clock.nanoseconds();
    CHECK(now >= before);
    before = now;
  }
}
