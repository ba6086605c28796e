#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "storage/keyspace/keyspace.h"

using namespace countd::storage;

TEST_CASE("with nothing that expires there is nothing to do") {
  Keyspace keys{{}};
  keys.set(keys.key("a", 0), std::int64_t{1});
  keys.begin_turn(1'000'000);
  CHECK(keys.next_expiry() == kNoExpiry);
  CHECK(keys.expire_some(1'000) == 0);
  CHECK(keys.average_ttl(0) == 0);
}

TEST_CASE("at any time exactly what is due is removed, however small the steps") {
  for (const std::size_t limit : {1, 50, 1'000'000}) {
    CAPTURE(limit);
    Keyspace keys{{}};
    std::mt19937_64 random{limit};
    std::multimap<Millis, int> due;
    Millis now = 1'000;
    for (int number = 0; number < 20'000; ++number) {
      const std::string name = "session:" + std::to_string(number);
      const Millis expiry =
          number % 4 == 0 ? kNoExpiry : now + static_cast<Millis>(random() % 10'000);
      keys.set(keys.key(name, number % 3), std::int64_t{number}, expiry);
      if (expiry != kNoExpiry) due.emplace(expiry, number);
    }
    while (!due.empty()) {
      REQUIRE(keys.next_expiry() != kNoExpiry);
      REQUIRE(keys.next_expiry() <= due.begin()->first);
      keys.begin_turn(now += 500);
      std::size_t expected = 0;
      for (; !due.empty() && due.begin()->first <= now; due.erase(due.begin())) ++expected;
      std::size_t removed = 0;
      while (keys.next_expiry() != kNoExpiry && keys.next_expiry() <= now) {
        removed += keys.expire_some(limit);
      }
      REQUIRE(removed == expected);
    }
    CHECK(keys.next_expiry() == kNoExpiry);
    CHECK(keys.size(0) + keys.size(1) + keys.size(2) == 5'000);
    CHECK(keys.counters().expired == 15'000);
  }
}

TEST_CASE("a step looks at about as many entries as it may") {
  Keyspace keys{{}};
  for (int number = 0; number < 100'000; ++number) {
    const std::string name = "session:" + std::to_string(number);
    keys.set(keys.key(name, 0), std::int64_t{0}, 10);
  }
  keys.begin_turn(10);
  const std::size_t removed = keys.expire_some(1'000);
  CHECK(removed >= 900);
  CHECK(removed < 2'500);
}

TEST_CASE("the average life that is left is estimated") {
  Keyspace keys{{}};
  keys.begin_turn(1'000);
  for (int number = 0; number < 50'000; ++number) {
    const std::string name = "session:" + std::to_string(number);
    keys.set(keys.key(name, 0), std::int64_t{0}, 1'001 + number % 10'000);
  }
  CHECK(std::abs(keys.average_ttl(0) - 5'000) < 300);
  keys.clear(0);
  for (int number = 0; number < 50'000; ++number) {
    const std::string name = "forever:" + std::to_string(number);
    keys.set(keys.key(name, 0), std::int64_t{0});
  }
  keys.set_expiry(keys.key("forever:77", 0), 1'500);
  CHECK(keys.average_ttl(0) == 500);
}
