#include "storage/keyspace/compact_key.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace countd::storage;

TEST_CASE("the number of a key is its longest canonical decimal suffix") {
  const auto check = [](std::string_view key, std::size_t prefix_size, std::uint64_t id) {
    CAPTURE(key);
    const auto split = split_key(key);
    REQUIRE(split.has_value());
    CHECK(split->prefix_size == prefix_size);
    CHECK(split->id == id);
  };
  check("counter:1234567", 8, 1'234'567);
  check("counter:0", 8, 0);
  check("item:007", 7, 7);
  check("item:000", 7, 0);
  check("42", 0, 42);
  check("a:-5", 3, 5);
  check("x9999999999999999999", 1, 9'999'999'999'999'999'999U);
}

TEST_CASE("a key without a number, or with one that is too long, is not split") {
  CHECK_FALSE(split_key("").has_value());
  CHECK_FALSE(split_key("counter:").has_value());
  CHECK_FALSE(split_key("1a").has_value());
  CHECK_FALSE(split_key("x12345678901234567890").has_value());
}

TEST_CASE("a key matches its own number and no other key does") {
  std::mt19937_64 random{1};
  for (int round = 0; round < 20'000; ++round) {
    const std::string prefix(random() % 12, ':');
    const std::uint64_t id = random() >> (random() % 64);
    if (id > 9'999'999'999'999'999'999U) continue;
    char digits[20];
    const std::string key = prefix + std::string(digits, write_id(id, digits));
    CAPTURE(key);
    CHECK(split_key(key)->id == id);
    CHECK(ends_in_id(key, prefix.size(), id));
    CHECK_FALSE(ends_in_id(key, prefix.size(), id + 1));
    std::string other = key;
    other[prefix.size() + random() % (key.size() - prefix.size())] ^=
        static_cast<char>(1 + random() % 127);
    CHECK_FALSE(ends_in_id(other, prefix.size(), id));
  }
}

TEST_CASE("a spelling that is not canonical matches nothing") {
  CHECK_FALSE(ends_in_id("counter:07", 8, 7));
  CHECK_FALSE(ends_in_id("counter:00", 8, 0));
  CHECK_FALSE(ends_in_id("a:7x", 2, 7));
  CHECK_FALSE(ends_in_id("a:18446744073709551623", 2, 7));  // 2^64 + 7
  CHECK_FALSE(ends_in_id("a:00000007", 2, 7));
}
