#include "storage/keyspace/bucket.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace countd::storage;

TEST_CASE("both ways of matching tags find the same slots") {
  std::mt19937 random{1};
  for (int round = 0; round < 10'000; ++round) {
    Bucket bucket{};
    for (auto& tag : bucket.tags) tag = static_cast<std::uint8_t>(random() % 5);
    bucket.passed = static_cast<std::uint8_t>(random() % 5);
    for (auto& offset : bucket.offsets) offset = static_cast<std::uint16_t>(random() % 5 * 257);
    for (unsigned tag = 0; tag < 5; ++tag) {
      REQUIRE(bucket.match(static_cast<std::uint8_t>(tag)) ==
              bucket.match_portably(static_cast<std::uint8_t>(tag)));
    }
    CHECK((bucket.used() ^ bucket.empty()) == 0xFFFFF);
  }
}

TEST_CASE("slots are visited in order") {
  std::vector<unsigned> slots;
  for_each_slot(0b1000'0000'0000'0000'0101, [&](unsigned slot) { slots.push_back(slot); });
  CHECK(slots == std::vector<unsigned>{0, 2, 19});
}

TEST_CASE("a count of passing entries that was lost stays so") {
  Bucket bucket{};
  for (int entry = 0; entry < 300; ++entry) bucket.count_passing();
  for (int entry = 0; entry < 300; ++entry) bucket.forget_passing();
  CHECK(bucket.passed == Bucket::kPassedByMany);
}
