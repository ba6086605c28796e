#include "tests/end_to_end/increment_history.h"

#include <doctest/doctest.h>

using countd::test::find_fault;
using countd::test::Increment;

TEST_CASE("increments that follow on one another are without fault, in whatever order they come") {
  CHECK_FALSE(find_fault({}).has_value());
  CHECK_FALSE(find_fault({{3, 2, 5, 9}, {1, 1, 0, 4}, {7, 4, 6, 8}}).has_value());
  // Side by side, either may be first.
  CHECK_FALSE(find_fault({{1, 1, 0, 10}, {2, 1, 0, 5}}).has_value());
}

TEST_CASE("a value that is lost, doubled or made up is a fault") {
  CHECK(find_fault({{1, 1, 0, 1}, {1, 1, 2, 3}}).has_value());
  CHECK(find_fault({{1, 1, 0, 1}, {3, 1, 2, 3}}).has_value());
  CHECK(find_fault({{2, 1, 0, 1}, {4, 3, 2, 3}}).has_value());
  CHECK(find_fault({{0, 1, 0, 1}}).has_value());
}

TEST_CASE("an increment that began after another had ended must not get the smaller value") {
  CHECK(find_fault({{2, 1, 0, 1}, {1, 1, 2, 3}}).has_value());
  CHECK(find_fault({{3, 1, 0, 1}, {1, 1, 2, 9}, {2, 1, 0, 9}}).has_value());
  CHECK_FALSE(find_fault({{2, 1, 0, 2}, {1, 1, 2, 3}}).has_value());
}

TEST_CASE("where answers are missing, so much may have been counted between the others") {
  CHECK_FALSE(find_fault({{1, 1, 0, 1}, {3, 1, 2, 3}}, 1).has_value());
  CHECK_FALSE(find_fault({{1, 1, 0, 1}, {2, 1, 2, 3}}, 7).has_value());
  CHECK(find_fault({{1, 1, 0, 1}, {4, 1, 2, 3}}, 1).has_value());
  CHECK(find_fault({{2, 1, 0, 1}, {4, 1, 2, 3}}, 1).has_value());
  CHECK(find_fault({{1, 1, 0, 1}, {1, 1, 2, 3}}, 5).has_value());
}
