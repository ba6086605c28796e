#include "storage/base/integer.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using countd::storage::format_integer;
using countd::storage::IntegerText;
using countd::storage::parse_integer;

TEST_CASE("canonical integers are read, anything else is text") {
  for (const char* text :
       {"", "-", "+1", "01", "-0", " 1", "1 ", "1.0", "0x1", "--1", "9223372036854775808",
        "-9223372036854775809", "123456789012345678901"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text).has_value());
  }
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-1") == -1);
}

TEST_CASE("format then parse is the identity, at the ends of the range too") {
  IntegerText buffer;
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-10}, std::int64_t{0},
        std::int64_t{7}, std::numeric_limits<std::int64_t>::max()}) {
    CHECK(parse_integer(format_integer(value, buffer)) == value);
  }
}
