#include "shard/walk_pace.h"

#include <doctest/doctest.h>

using countd::shard::WalkPace;

TEST_CASE("a walk rests until its slices are their share of the time") {
  WalkPace pace(5);
  CHECK(pace.due(0));
  pace.rest(1'000, 100);
  CHECK_FALSE(pace.due(1'000 + 100 + 1'899));
  CHECK(pace.due(1'000 + 100 + 1'900));
}

TEST_CASE("what is credited counts like time of the walk, up to three times the slice") {
  WalkPace pace(20);
  pace.credit(30);
  pace.credit(20);
  pace.rest(0, 100);
  CHECK_FALSE(pace.due(100 + 599));
  CHECK(pace.due(100 + 600));
  pace.rest(1'000, 100);  // it counted once
  CHECK(pace.due(1'000 + 100 + 400));
  pace.credit(1'000'000);
  pace.rest(2'000, 100);
  CHECK_FALSE(pace.due(2'000 + 100 + 1'599));
  CHECK(pace.due(2'000 + 100 + 1'600));
}

TEST_CASE("a walk that starts anew is due at once, and owes nothing") {
  WalkPace pace(50);
  pace.rest(1'000, 100);
  pace.credit(100);
  pace.start_anew();
  CHECK(pace.due(0));
  pace.rest(1'000, 100);
  CHECK(pace.due(1'200));
}
