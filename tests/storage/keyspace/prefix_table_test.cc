#include "storage/keyspace/prefix_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>

using namespace countd::storage;

namespace {

std::optional<std::uint16_t> number_after_sightings(PrefixTable& table, std::string_view prefix) {
  for (int sighting = 1; sighting < PrefixTable::kSightings; ++sighting) table.number_of(prefix);
  return table.number_of(prefix);
}

}  // namespace

TEST_CASE("a prefix is given a number once it has been seen a few times, and keeps it") {
  PrefixTable table{7};
  for (int sighting = 1; sighting < PrefixTable::kSightings; ++sighting) {
    CHECK_FALSE(table.number_of("counter:").has_value());
  }
  CHECK(table.number_of("counter:") == 0);
  CHECK(number_after_sightings(table, "hits:") == 1);
  CHECK(table.number_of("counter:") == 0);
  CHECK(table.text(0) == "counter:");
  CHECK(table.text(1) == "hits:");
  CHECK(number_after_sightings(table, "") == 2);
}

TEST_CASE("prefixes that come once do not use up the numbers") {
  PrefixTable table{7};
  for (int token = 0; token < 200'000; ++token)
    table.number_of("token" + std::to_string(token) + "f");
  CHECK(table.size() == 0);
}

TEST_CASE("prefixes beyond the last number have none, and the others keep theirs") {
  PrefixTable table{7};
  for (std::size_t index = 0; index < PrefixTable::kMaxPrefixes; ++index) {
    REQUIRE(number_after_sightings(table, "p" + std::to_string(index) + ":") == index);
  }
  CHECK_FALSE(number_after_sightings(table, "one more:").has_value());
  for (std::size_t index = 0; index < PrefixTable::kMaxPrefixes; ++index) {
    REQUIRE(table.number_of("p" + std::to_string(index) + ":") == index);
  }
}

TEST_CASE("a number goes back with its last holder, and the next prefix may have it") {
  PrefixTable table{7};
  const std::size_t empty = table.memory_bytes();
  REQUIRE(number_after_sightings(table, "counter:") == 0);
  table.hold(0);
  table.hold(0);
  table.release(0);
  CHECK(table.number_of("counter:") == 0);
  table.release(0);
  CHECK(table.size() == 0);
  CHECK(table.memory_bytes() == empty);
  CHECK_FALSE(table.number_of("counter:").has_value());  // it has to earn one again
  CHECK_FALSE(table.number_of("").has_value());          // which is not the text of a free number
  CHECK(number_after_sightings(table, "hits:") == 0);
  CHECK(table.text(0) == "hits:");
}

TEST_CASE("whatever prefixes come and go, the ones that stay are found under their numbers") {
  PrefixTable table{7};
  std::map<std::string, std::uint16_t> model;
  std::mt19937 random{11};
  for (int round = 0; round < 400'000; ++round) {
    const auto prefix = "p" + std::to_string(random() % 60'000) + ":";
    const auto known = model.find(prefix);
    if (known == model.end()) {
      const auto number = number_after_sightings(table, prefix);
      REQUIRE(number.has_value());
      table.hold(*number);
      model[prefix] = *number;
    } else if (random() % 4 == 0) {
      table.release(known->second);
      model.erase(known);
    } else {
      REQUIRE(table.number_of(prefix) == known->second);
    }
  }
  CHECK(table.size() == model.size());
  for (const auto& [prefix, number] : model) {
    REQUIRE(table.number_of(prefix) == number);
    REQUIRE(table.text(number) == prefix);
    table.release(number);
  }
  CHECK(table.size() == 0);
}

TEST_CASE("a prefix that is too long has no number") {
  PrefixTable table{7};
  CHECK(number_after_sightings(table, std::string(PrefixTable::kMaxLength, 'x')).has_value());
  CHECK_FALSE(
      number_after_sightings(table, std::string(PrefixTable::kMaxLength + 1, 'x')).has_value());
}
