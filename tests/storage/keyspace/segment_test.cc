#include "storage/keyspace/segment.h"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <random>
#include <string>

#include "storage/base/key.h"

using namespace countd::storage;

namespace {

struct Table {
  Table() : segment(Segment::make({8'192, 20})) {}
  ~Table() { Segment::destroy(segment); }

  Place find(const std::string& key) {
    Place found;
    segment->for_each([&](const Place& place) {
      if (place.record.has_key(key, prefixes)) found = place;
    });
    return found;
  }

  PrefixTable prefixes{1};
  Segment* segment;
};

std::uint64_t hash_of(const std::string& key) { return hash_key(key, 1); }

}  // namespace

TEST_CASE("a segment counts what it holds, and its holes are used again") {
  Table table;
  Segment& segment = *table.segment;
  std::map<std::string, std::size_t> model;  // key, size of its record
  std::mt19937 random{3};
  for (int round = 0; round < 50'000; ++round) {
    const std::string key = "k" + std::to_string(random() % 250);
    const std::string text(random() % 3 * 4, 't');
    const Millis expiry = random() % 2 == 0 ? kNoExpiry : Millis{100};
    const StoredValue value{NewValue{std::string_view{text}}};
    Place place = table.find(key);
    REQUIRE(static_cast<bool>(place) == model.contains(key));
    if (place && random() % 2 == 0) {
      segment.remove(place, hash_of(key));
      model.erase(key);
    } else if (place) {
      Draft draft{place.record};
      const Record image = draft.finish(expiry, value);
      if (segment.replace(place, image)) model[key] = image.size();
    } else {
      Draft draft{key, table.prefixes};
      const Record image = draft.finish(expiry, value);
      if (!segment.has_room(image.size())) continue;
      segment.insert(hash_of(key), image);
      model[key] = image.size();
    }
    std::size_t live = 0;
    for (const auto& [name, size] : model) live += size;
    REQUIRE(segment.live_bytes == live);
    REQUIRE(segment.records == model.size());
  }
  std::size_t expires = 0;
  segment.for_each([&](const Place& place) { expires += place.record.has_expiry() ? 1 : 0; });
  CHECK(segment.expires == expires);
  CHECK(segment.min_expiry == (expires == 0 ? std::numeric_limits<Millis>::max() : 100));
}

TEST_CASE("churn of records of one size never fills a segment") {
  Table table;
  Segment& segment = *table.segment;
  const auto insert = [&](int number) {
    const std::string key = "key" + std::to_string(1'000'000 + number);
    Draft draft{key, table.prefixes};
    const Record image = draft.finish(kNoExpiry, StoredValue{number});
    REQUIRE(segment.has_room(image.size()));
    segment.insert(hash_of(key), image);
  };
  for (int number = 0; number < 250; ++number) insert(number);
  for (int number = 250; number < 20'000; ++number) {
    const std::string old = "key" + std::to_string(1'000'000 + number - 250);
    segment.remove(table.find(old), hash_of(old));
    insert(number);
  }
}

TEST_CASE("tags are never the empty slot's, and buckets are all in use") {
  std::mt19937_64 random{1};
  std::array<int, 40> buckets{};
  for (int round = 0; round < 40'000; ++round) {
    const std::uint64_t hash = random();
    REQUIRE(tag_of(hash) != 0);
    ++buckets.at(bucket_of(hash, 40));
  }
  for (const int entries : buckets) CHECK(entries > 700);
  CHECK(tag_of(0) == 1);
  CHECK(tag_of(~std::uint64_t{0}) == 255);
}
