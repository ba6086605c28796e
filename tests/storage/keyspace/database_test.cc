#include "storage/keyspace/database.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "storage/keyspace/keyspace.h"

using namespace countd::storage;

namespace {

std::string counter(int number) { return "counter:" + std::to_string(number); }

void add_counters(Keyspace& keys, int first, int end) {
  for (int number = first; number < end; ++number) {
    const std::string name = counter(number);
    keys.set(keys.key(name, 0), std::int64_t{number});
  }
}

}  // namespace

TEST_CASE("a new table has one small segment") {
  TableContext context{1};
  const Database database{context, 0, 0};
  CHECK(database.size() == 0);
  CHECK(database.segments() == 1);
  CHECK(context.memory_bytes < 256);
  CHECK_FALSE(database.find({"x", hash_key("x", 1), 0}));
}

TEST_CASE("at any size a counter takes at most 24 bytes") {
  Keyspace keys{{}};
  const std::size_t empty = keys.memory_bytes();
  int number = 0;
  for (int size = 20'000; size < 200'000; size += size / 20) {
    add_counters(keys, number, size);
    number = size;
    CAPTURE(size);
    CHECK(static_cast<double>(keys.memory_bytes() - empty) / size < 24.5);
  }
}

TEST_CASE("on the way to two million entries no single insertion has much to move") {
  KeyspaceOptions options;
  options.databases = 1;
  Keyspace keys{options};
  constexpr std::uint64_t kSegmentful = 1'000;  // the entries of one full segment are fewer
  constexpr std::uint64_t kDirectoryChunks = 3 * 512;
  std::uint64_t worst = 0;
  for (int number = 0; number < 2'000'000; ++number) {
    const std::uint64_t before = keys.growth_steps();
    add_counters(keys, number, number + 1);
    worst = std::max(worst, keys.growth_steps() - before);
  }
  CHECK(worst > 500);  // it is counted at all
  CHECK(worst < kSegmentful + kDirectoryChunks);
}

TEST_CASE("after mass deletion the memory is given back") {
  Keyspace keys{{}};
  add_counters(keys, 0, 100'000);
  const std::size_t full = keys.memory_bytes();
  for (int number = 0; number < 100'000; ++number) {
    const std::string name = counter(number);
    if (number % 50 != 0) CHECK(keys.erase(keys.key(name, 0)));
  }
  CHECK(keys.memory_bytes() < full / 8);
  for (int number = 0; number < 100'000; number += 50) {
    const std::string name = counter(number);
    CHECK(keys.peek(keys.key(name, 0)).value.integer() == number);
  }
}

TEST_CASE("what a database held is not accounted any more when it is cleared") {
  Keyspace keys{{}};
  const std::size_t empty = keys.memory_bytes();
  for (int number = 0; number < 2'000; ++number) {
    const std::string name = std::string(200, 'k') + std::to_string(number);
    keys.set(keys.key(name, 3), std::make_unique<StringObject>(std::string(1'000, 'v')));
  }
  CHECK(keys.memory_bytes() > empty + 2'400'000);
  CHECK(keys.clear(3) == 2'000);
  CHECK(keys.memory_bytes() == empty);
}

TEST_CASE("a reserved table is large enough at once and finds what it holds") {
  Keyspace keys{{}};
  add_counters(keys, 0, 1'000);
  keys.reserve(0, 50'000);
  add_counters(keys, 1'000, 51'000);
  CHECK(keys.size(0) == 51'000);
  CHECK(keys.memory_bytes() < 51'000 * 32 + 100'000);
  for (int number = 0; number < 51'000; ++number) {
    const std::string name = counter(number);
    REQUIRE(keys.peek(keys.key(name, 0)).value.integer() == number);
  }
}

TEST_CASE("values that change their form and size keep a table sound") {
  Keyspace keys{{}};
  add_counters(keys, 0, 5'000);
  for (int round = 0; round < 6; ++round) {
    for (int number = 0; number < 5'000; ++number) {
      const std::string name = counter(number);
      const std::string text(static_cast<std::size_t>((number * 7 + round * 13) % 60), 'x');
      keys.set(keys.key(name, 0), std::string_view{text}, round % 2 == 0 ? 1'000 : kNoExpiry);
      IntegerText buffer;
      REQUIRE(keys.peek(keys.key(name, 0)).value.text(buffer) == text);
    }
    CHECK(keys.expires(0) == (round % 2 == 0 ? 5'000 : 0));
  }
}
