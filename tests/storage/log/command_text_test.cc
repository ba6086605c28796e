#include <doctest/doctest.h>

#include "storage/log/command_text.h"
#include "storage/rdb/dump.h"
#include "storage/sketch/count_min.h"

using namespace countd::storage;

namespace {

std::string state(std::string_view key, const ValueView& value, Millis expiry) {
  std::string text;
  log::append_state(text, key, value, expiry);
  return text;
}

}  // namespace

TEST_CASE("a command is written as a client would send it") {
  std::string text = "before";
  log::append_command(text, {"DEL", "", "a\r\nb"});
  CHECK(text == "before*3\r\n$3\r\nDEL\r\n$0\r\n\r\n$4\r\na\r\nb\r\n");
}

TEST_CASE("a string is told by SET, with its expiry if it has one") {
  CHECK(state("k", ValueView{std::int64_t{-5}}, kNoExpiry) ==
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n-5\r\n");
  CHECK(state("k", ValueView{std::string_view{""}}, 12) ==
        "*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n$4\r\nPXAT\r\n$2\r\n12\r\n");
  const StringObject object{std::string(100, 'x')};
  CHECK(state("k", ValueView{&object}, kNoExpiry).find("$100\r\nxxx") != std::string::npos);
}

TEST_CASE("words of every length around the short ones are told as a client would send them") {
  for (const Millis expiry : {kNoExpiry, Millis{1}, Millis{1'700'000'000'000}}) {
    for (std::size_t key_size = 0; key_size <= 102; ++key_size) {
      const std::string key(key_size, 'k');
      for (const std::size_t size : {std::size_t{0}, std::size_t{9}, std::size_t{10}, key_size}) {
        const std::string text(size, 'v');
        std::string expected;
        const std::string when = std::to_string(expiry);
        if (expiry == kNoExpiry) {
          log::append_command(expected, {"SET", key, text});
        } else {
          log::append_command(expected, {"SET", key, text, "PXAT", when});
        }
        const StringObject object{text};
        REQUIRE(state(key, ValueView{&object}, expiry) == expected);
      }
    }
  }
}

TEST_CASE("a sketch is told by RESTORE of its dump, with the moment of its expiry") {
  const auto shape = CountMinSketch::shape_of(4, 2);
  REQUIRE(shape.has_value());
  const auto sketch = CountMinSketch::create(*shape);
  REQUIRE(sketch != nullptr);
  const ValueView value{sketch.get()};
  const auto payload = rdb::dump(value);
  std::string expected;
  log::append_command(expected, {"RESTORE", "k", "77", payload, "REPLACE", "ABSTTL"});
  CHECK(state("k", value, 77) == expected);
  expected.clear();
  log::append_command(expected, {"RESTORE", "k", "0", payload, "REPLACE", "ABSTTL"});
  CHECK(state("k", value, kNoExpiry) == expected);
}
