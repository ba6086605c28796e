#include <doctest/doctest.h>

#include "tools/check/time_text.h"

using namespace countd::check;

TEST_CASE("times are seconds since 1970 or dates, and dates are spelled as they are read") {
  CHECK(parse_time("0") == 0);
  CHECK(parse_time("1700000000") == 1'700'000'000'000);
  CHECK(parse_time("2023-11-14T22:13:20Z") == 1'700'000'000'000);
  CHECK(parse_time("2024-02-29T00:00:00Z").has_value());
  CHECK(spell_time(1'700'000'000'999) == "2023-11-14T22:13:20Z");
  for (const countd::storage::Millis time : {0LL, 951'782'400'000LL, 4'102'444'799'000LL}) {
    CHECK(parse_time(spell_time(time)) == time);
  }
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "-1", "1.5", "yesterday", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z",
        "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:60Z", "2023-1a-14T22:13:20Z", "99999999999999999999"}) {
    CHECK_MESSAGE(!parse_time(text).has_value(), text);
  }
}
