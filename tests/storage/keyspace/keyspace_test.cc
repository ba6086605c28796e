#include "storage/keyspace/keyspace.h"

#include <doctest/doctest.h>

#include "tests/storage/keyspace/model.h"
#include "tests/support/sanitizers.h"

using namespace countd::storage;
using countd::storage::testing::Player;
using countd::test::random_runs;

TEST_CASE("random operations have the outcome that an ordinary map gives") {
  for (std::uint64_t seed = 1; seed <= random_runs(6); ++seed) {
    CAPTURE(seed);
    Player player{seed, {.keys = seed % 2 == 0 ? 300 : 6'000}};
    const std::size_t empty = player.keys.memory_bytes();
    for (int round = 0; round < 8; ++round) {
      for (int step = 0; step < 15'000; ++step) player.step();
      player.check_all();
    }
    player.keys.clear(-1);
    CHECK(player.keys.memory_bytes() <= empty + 200'000);  // interned prefixes stay
  }
}

TEST_CASE("a table that only grows finds everything") {
  Keyspace keys{{}};
  constexpr int kKeys = 200'000;
  for (int number = 0; number < kKeys; ++number) {
    const std::string name = "counter:" + std::to_string(number);
    REQUIRE(*keys.add(keys.key(name, 0), number) == number);
  }
  CHECK(keys.size(0) == kKeys);
  for (int number = 0; number < kKeys; ++number) {
    const std::string name = "counter:" + std::to_string(number);
    REQUIRE(keys.peek(keys.key(name, 0)).value.integer() == number);
    REQUIRE_FALSE(keys.peek(keys.key(name, 1)).exists);
  }
  for (int number = 0; number < kKeys; ++number) {
    REQUIRE(keys.erase(keys.key("counter:" + std::to_string(number), 0)));
  }
  CHECK(keys.size(0) == 0);
}
