#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "storage/keyspace/keyspace.h"

using namespace countd::storage;

namespace {

std::string name_of(int number) { return "counter:" + std::to_string(number); }

void add(Keyspace& keys, int number, Millis expiry = kNoExpiry) {
  const std::string name = name_of(number);
  keys.set(keys.key(name, 0), std::int64_t{number}, expiry);
}

}  // namespace

TEST_CASE("a scan of a table at rest visits every entry once, a step little more than asked") {
  Keyspace keys{{}};
  for (const int size : {0, 1, 15, 500, 30'000}) {
    for (int number = static_cast<int>(keys.size(0)); number < size; ++number) add(keys, number);
    for (const std::size_t count : {1, 10, 1'000}) {
      std::set<std::string> seen;
      std::uint64_t cursor = 0;
      do {
        std::size_t visited = 0;
        cursor = keys.scan(0, cursor, count, [&](std::string_view key, const EntryView& entry) {
          CHECK(seen.emplace(key).second);
          CHECK(name_of(static_cast<int>(entry.value.integer())) == key);
          ++visited;
        });
        REQUIRE(visited <= count + 40);
        if (cursor != 0) CHECK(visited >= count);
        CHECK(cursor < std::uint64_t{1} << 48);
      } while (cursor != 0);
      CHECK(seen.size() == static_cast<std::size_t>(size));
    }
  }
}

TEST_CASE("while a table grows or shrinks a scan misses nothing that stays") {
  for (const bool grows : {true, false}) {
    Keyspace keys{{}};
    constexpr int kStay = 3'000;
    for (int number = 0; number < kStay; ++number) add(keys, number);
    int next = kStay;
    if (!grows) {
      for (; next < 60'000; ++next) add(keys, next);
    }
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    do {
      cursor = keys.scan(0, cursor, 10,
                         [&](std::string_view key, const EntryView&) { seen.emplace(key); });
      for (int step = 0; step < 120; ++step) {
        if (grows && next < 60'000) {
          add(keys, next++);
        } else if (!grows && next > kStay) {
          REQUIRE(keys.erase(keys.key(name_of(--next), 0)));
        }
      }
    } while (cursor != 0);
    for (int number = 0; number < kStay; ++number) REQUIRE(seen.contains(name_of(number)));
  }
}

TEST_CASE("expired entries are left out, and many of them do not make one step long") {
  Keyspace keys{{}};
  for (int number = 0; number < 50'000; ++number) add(keys, number, 10);
  for (int number = 50'000; number < 50'010; ++number) add(keys, number);
  keys.begin_turn(10);
  std::size_t visited = 0;
  int steps = 0;
  std::uint64_t cursor = 0;
  do {
    cursor = keys.scan(0, cursor, 10, [&](std::string_view, const EntryView&) { ++visited; });
    ++steps;
  } while (cursor != 0);
  CHECK(visited == 10);
  CHECK(steps > 3);
}

TEST_CASE("a cursor that nobody was given ends all the same") {
  Keyspace keys{{}};
  for (int number = 0; number < 5'000; ++number) add(keys, number);
  for (std::uint64_t cursor :
       {std::uint64_t{1}, std::uint64_t{255}, std::uint64_t{0x1234'5678'9abc}, ~std::uint64_t{0}}) {
    int steps = 0;
    while ((cursor = keys.scan(0, cursor, 100, [](std::string_view, const EntryView&) {})) != 0) {
      REQUIRE(++steps < 1'000);
    }
  }
}

TEST_CASE("a random key is any of the living ones, each about as often") {
  Keyspace keys{{}};
  std::string key;
  CHECK_FALSE(keys.random_key(0, key));
  for (int number = 0; number < 2'000; ++number) add(keys, number, number < 1'000 ? 10 : kNoExpiry);
  keys.begin_turn(10);
  std::map<std::string, int> drawn;
  for (int draw = 0; draw < 100'000; ++draw) {
    REQUIRE(keys.random_key(0, key));
    ++drawn[key];
  }
  CHECK(drawn.size() == 1'000);
  for (const auto& [name, times] : drawn) {
    CAPTURE(name);
    CHECK(times > 30);
    CHECK(times < 250);
  }
}

TEST_CASE("the last key that has not expired is found") {
  Keyspace keys{{}};
  for (int number = 0; number < 20'000; ++number) add(keys, number, 10);
  add(keys, 20'000);
  keys.begin_turn(10);
  std::string key;
  REQUIRE(keys.random_key(0, key));
  CHECK(key == name_of(20'000));
  CHECK(keys.erase(keys.key(key, 0)));
  CHECK_FALSE(keys.random_key(0, key));
}
