#include "config/value_text.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

#include "config/conf_reader.h"

using namespace countd::config;

TEST_CASE("sizes are read with Redis's units") {
  CHECK(read_memory("0") == 0);
  CHECK(read_memory("100") == 100);
  CHECK(read_memory("7b") == 7);
  CHECK(read_memory("1k") == 1000);
  CHECK(read_memory("1KB") == 1024);
  CHECK(read_memory("2m") == 2000000);
  CHECK(read_memory("2Mb") == 2 << 20);
  CHECK(read_memory("3g") == 3000000000);
  CHECK(read_memory("3gb") == 3ll << 30);
  for (const auto* text : {"", "kb", "-1", "+1", "1.5gb", "1x", "1gbx", "1 kb", "50%",
                           "9223372036854775808", "9007199254740992gb"}) {
    CAPTURE(text);
    CHECK_FALSE(read_memory(text).has_value());
  }
}

TEST_CASE("a size that is written reads back as itself") {
  CHECK(write_memory(0) == "0");
  CHECK(write_memory(1000) == "1000");
  CHECK(write_memory(100 << 20) == "100mb");
  CHECK(write_memory(5ull << 40) == "5120gb");
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto bytes = (random() >> 34) << (random() % 33);
    REQUIRE(read_memory(write_memory(bytes)) == static_cast<std::int64_t>(bytes));
  }
}

TEST_CASE("integers are canonical") {
  CHECK(read_integer("0") == 0);
  CHECK(read_integer("-12") == -12);
  CHECK(read_integer("9223372036854775807") == INT64_MAX);
  for (const auto* text :
       {"", "-", "+1", "01", "-0", "00", "1 ", " 1", "0x1", "9223372036854775808"}) {
    CAPTURE(text);
    CHECK_FALSE(read_integer(text).has_value());
  }
  CHECK(read_octal("755") == 0755);
  CHECK_FALSE(read_octal("789").has_value());
}

TEST_CASE("yes and no are read in either case, and nothing else") {
  CHECK(read_flag("YES") == true);
  CHECK(read_flag("no") == false);
  CHECK_FALSE(read_flag("true").has_value());
}

TEST_CASE("fractions are finite decimals") {
  CHECK(read_decimal("0.001") == 0.001);
  CHECK(write_decimal(0.001) == "0.001");
  for (const auto* text : {"", "inf", "nan", "1x", "0x1p3", "1e999"}) {
    CAPTURE(text);
    CHECK_FALSE(read_decimal(text).has_value());
  }
}

TEST_CASE("text is quoted only where it must be") {
  CHECK(write_text("/var/lib") == "/var/lib");
  CHECK(write_text("") == "\"\"");
  CHECK(write_text("a b") == "\"a b\"");
  CHECK(write_text("#x") == "\"#x\"");
  CHECK(write_text("a\"\\\n\xff") == "\"a\\\"\\\\\\x0a\\xff\"");
}

TEST_CASE("any text that is written reads back as itself") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 3000; ++i) {
    std::string text(random() % 12, ' ');
    for (auto& c : text) {
      constexpr std::string_view kTelling = "\"'\\ #\n\r\t*a";
      c = random() % 2 == 0 ? static_cast<char>(random()) : kTelling[random() % kTelling.size()];
    }
    const auto words = split_conf_line("name " + write_text(text));
    REQUIRE(words.has_value());
    REQUIRE(*words == std::vector<std::string>{"name", text});
  }
}

TEST_CASE("text is split at single blanks") {
  CHECK(split_at_blanks("").empty());
  CHECK(split_at_blanks("a b") == std::vector<std::string>{"a", "b"});
  CHECK(split_at_blanks("a  b") == std::vector<std::string>{"a", "", "b"});
  CHECK(join({"a", "b"}) == "a b");
}
