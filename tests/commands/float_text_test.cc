#include <doctest/doctest.h>

#include <random>

#include "commands/float_text.h"

using countd::commands::format_float;
using countd::commands::parse_float;

TEST_CASE("numbers are read as strtold reads them, whole and without leading blanks") {
  CHECK(*parse_float("10.5") == 10.5L);
  CHECK(*parse_float("1e3") == 1000);
  CHECK(*parse_float("0x10") == 16);
  CHECK(*parse_float("+2") == 2);
  CHECK(parse_float("inf").has_value());
  for (const char* text : {"", " 1", "1 ", "abc", "1.5.2", "nan", "1e5000", "1e-5000", "\t1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_float(text).has_value());
  }
  CHECK_FALSE(parse_float(std::string_view("1\0", 2)).has_value());
  CHECK_FALSE(parse_float(std::string(6000, '1')).has_value());
}

TEST_CASE("numbers are written without exponent and without zeros at the end") {
  CHECK(format_float(3) == "3");
  CHECK(format_float(3.25L) == "3.25");
  CHECK(format_float(-0.0L) == "0");
  CHECK(format_float(1e20L) == "100000000000000000000");
  CHECK(format_float(*parse_float("0.1")) == "0.1");
  CHECK(format_float(1e-18L) == "0");
}

TEST_CASE("seventeen digits after the point come back as they were") {
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto value = static_cast<long double>(random()) / 1024;
    CHECK(*parse_float(format_float(value)) == value);
  }
}
