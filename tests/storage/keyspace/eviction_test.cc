#include <doctest/doctest.h>

#include <string>

#include "storage/keyspace/keyspace.h"

using namespace countd::storage;

namespace {

constexpr Millis kMinute = 60'000;

std::string name_of(int number) { return "counter:" + std::to_string(number); }

void fill(Keyspace& keys, int first, int end, Millis expiry = kNoExpiry) {
  for (int number = first; number < end; ++number) {
    const std::string name = name_of(number);
    keys.set(keys.key(name, 0), std::int64_t{number}, expiry);
  }
}

int still_there(const Keyspace& keys, int first, int end) {
  int there = 0;
  for (int number = first; number < end; ++number) {
    const std::string name = name_of(number);
    there += keys.peek(keys.key(name, 0)).exists ? 1 : 0;
  }
  return there;
}

void pass_time(Keyspace& keys, Millis time) {
  for (Millis passed = 0; passed < time; passed += 100) keys.begin_turn(keys.now() + 100);
}

}  // namespace

TEST_CASE("nothing is evicted from an empty keyspace or without a policy") {
  Keyspace keys{{}};
  CHECK_FALSE(keys.evict_one(EvictionPolicy::kAllKeysLru, 5));
  fill(keys, 0, 10);
  CHECK_FALSE(keys.evict_one(EvictionPolicy::kNoEviction, 5));
  CHECK_FALSE(keys.evict_one(EvictionPolicy::kVolatileLru, 5));
  CHECK(keys.size(0) == 10);
}

TEST_CASE("everything can be evicted, down to the last entry") {
  for (const auto policy :
       {EvictionPolicy::kAllKeysRandom, EvictionPolicy::kAllKeysLru, EvictionPolicy::kAllKeysLfu}) {
    Keyspace keys{{}};
    fill(keys, 0, 3'000);
    for (int number = 0; number < 3'000; ++number) REQUIRE(keys.evict_one(policy, 5));
    CHECK(keys.size(0) == 0);
    CHECK_FALSE(keys.evict_one(policy, 5));
    CHECK(keys.counters().evicted == 3'000);
  }
}

TEST_CASE("LRU evicts what was not used, and keeps the rest") {
  Keyspace keys{{}};
  keys.set_eviction_policy(EvictionPolicy::kAllKeysLru, 10, 1);
  keys.begin_turn(kMinute);
  fill(keys, 0, 4'000);
  pass_time(keys, 5 * kMinute);
  for (int number = 0; number < 2'000; ++number) {
    const std::string name = name_of(number);
    CHECK(keys.read(keys.key(name, 0)).exists);
  }
  for (int evicted = 0; evicted < 1'500; ++evicted) keys.evict_one(EvictionPolicy::kAllKeysLru, 5);
  CHECK(still_there(keys, 0, 2'000) > 1'900);
  CHECK(still_there(keys, 2'000, 4'000) < 700);
}

TEST_CASE("LFU evicts what is used least") {
  Keyspace keys{{}};
  keys.set_eviction_policy(EvictionPolicy::kAllKeysLfu, 10, 1);
  fill(keys, 0, 4'000);
  for (int round = 0; round < 60; ++round) {
    for (int number = 0; number < 2'000; ++number) {
      const std::string name = name_of(number);
      CHECK(keys.add(keys.key(name, 0), 1).has_value());
    }
  }
  for (int evicted = 0; evicted < 1'500; ++evicted) keys.evict_one(EvictionPolicy::kAllKeysLfu, 5);
  CHECK(still_there(keys, 0, 2'000) > 1'900);
}

TEST_CASE("volatile policies touch only what expires, though it is rare") {
  for (const auto policy : {EvictionPolicy::kVolatileRandom, EvictionPolicy::kVolatileLru,
                            EvictionPolicy::kVolatileLfu, EvictionPolicy::kVolatileTtl}) {
    Keyspace keys{{}};
    fill(keys, 0, 20'000);
    fill(keys, 20'000, 20'005, 1'000'000);
    for (int evicted = 0; evicted < 5; ++evicted) REQUIRE(keys.evict_one(policy, 5));
    CHECK_FALSE(keys.evict_one(policy, 5));
    CHECK(still_there(keys, 0, 20'000) == 20'000);
  }
}

TEST_CASE("volatile-ttl evicts what would expire soonest") {
  Keyspace keys{{}};
  fill(keys, 0, 2'000, 1'000'000);
  fill(keys, 2'000, 4'000, 9'000'000);
  for (int evicted = 0; evicted < 1'500; ++evicted) keys.evict_one(EvictionPolicy::kVolatileTtl, 5);
  CHECK(still_there(keys, 2'000, 4'000) > 1'900);
}

TEST_CASE("idle time is about right, grows to half an hour and never looks young again") {
  Keyspace keys{{}};
  keys.begin_turn(1'700'000'000'000);
  fill(keys, 0, 3'000);
  const Key key = keys.key("counter:7", 0);
  CHECK(keys.idle_seconds(key) == 0);
  pass_time(keys, 3 * kMinute);
  CHECK(keys.idle_seconds(key) >= 170);
  CHECK(keys.idle_seconds(key) <= 190);
  for (int hour = 0; hour < 3; ++hour) {
    pass_time(keys, 60 * kMinute);
    CHECK(keys.idle_seconds(key) >= 1'900);
  }
  CHECK(keys.read(key).exists);
  CHECK(keys.idle_seconds(key) == 0);
  CHECK(keys.peek(key).exists);
}

TEST_CASE("frequency counts uses and decays while nobody comes") {
  Keyspace keys{{}};
  keys.set_eviction_policy(EvictionPolicy::kAllKeysLfu, 10, 1);
  keys.begin_turn(1'700'000'000'000);
  const Key key = keys.key("n", 0);
  CHECK(*keys.add_folded(key, 5, 1, 5, 5) == 5);
  CHECK(keys.frequency(key) == 5);
  CHECK(*keys.add_folded(key, 100'000, 1, 100'000, 100'000) == 100'005);
  const auto busy = keys.frequency(key);
  CHECK(busy > 50);
  pass_time(keys, 20 * kMinute);
  CHECK(keys.frequency(key) < busy - 10);
  CHECK(keys.frequency(key) > busy - 25);
}
