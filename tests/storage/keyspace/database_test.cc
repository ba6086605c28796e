#include "storage/keyspace/database.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "storage/keyspace/keyspace.h"
#include "storage/keyspace/prefix_table.h"

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

namespace {

// Long enough for a text key to stand out from a compact one.
std::string of_prefix(int prefix, int id) {
  return "a prefix of more than thirty bytes, number " + std::to_string(prefix) + ":" +
         std::to_string(id);
}

void add_of_prefix(Keyspace& keys, int prefix, int db = 0) {
  for (int id = 0; id < 2 * PrefixTable::kSightings; ++id) {
    const auto name = of_prefix(prefix, id);
    keys.set(keys.key(name, db), std::int64_t{id} + 1);
  }
}

bool is_compact(Keyspace& keys, int prefix, int db = 0) {
  const auto name = of_prefix(prefix, 2 * PrefixTable::kSightings - 1);
  return keys.entry_bytes(keys.key(name, db)) < name.size();
}

void erase_prefix(Keyspace& keys, int prefix, int db = 0) {
  for (int id = 0; id < 2 * PrefixTable::kSightings; ++id) {
    const auto name = of_prefix(prefix, id);
    REQUIRE(keys.erase(keys.key(name, db)));
  }
}

constexpr int kAll = static_cast<int>(PrefixTable::kMaxPrefixes);

}  // namespace

TEST_CASE("when all prefixes have gone to others a key is text, until a prefix has no key left") {
  Keyspace keys{{}};
  for (int prefix = 0; prefix < kAll; ++prefix) add_of_prefix(keys, prefix);
  CHECK(is_compact(keys, kAll - 1));
  add_of_prefix(keys, kAll);
  CHECK_FALSE(is_compact(keys, kAll));
  const auto name = of_prefix(kAll, 3);
  CHECK(*keys.add(keys.key(name, 0), 10) == 14);
  CHECK(keys.peek(keys.key(name, 0)).value.integer() == 14);
  std::size_t seen = 0;
  std::uint64_t cursor = 0;
  do {
    cursor = keys.scan(0, cursor, 1'000, [&](std::string_view key, const EntryView&) {
      seen += key.starts_with(of_prefix(kAll, 0).substr(0, name.size() - 1)) ? 1 : 0;
    });
  } while (cursor != 0);
  CHECK(seen >= 2 * PrefixTable::kSightings);

  erase_prefix(keys, 17);
  erase_prefix(keys, kAll);
  add_of_prefix(keys, kAll);
  CHECK(is_compact(keys, kAll));
  add_of_prefix(keys, 17);
  CHECK_FALSE(is_compact(keys, 17));
  CHECK(keys.peek(keys.key(of_prefix(16, 2), 0)).value.integer() == 3);
}

TEST_CASE("an emptied database gives its prefixes back, but not those that another one uses") {
  Keyspace keys{{}};
  const std::size_t empty = keys.memory_bytes();
  for (int prefix = 0; prefix < kAll; ++prefix) add_of_prefix(keys, prefix);
  add_of_prefix(keys, 5, 1);
  keys.clear(0);
  CHECK(is_compact(keys, 5, 1));
  CHECK(keys.peek(keys.key(of_prefix(5, 2), 1)).value.integer() == 3);
  for (int prefix = 1; prefix < kAll; ++prefix) add_of_prefix(keys, kAll + prefix);
  CHECK(is_compact(keys, kAll + kAll - 1));  // one number was still taken
  add_of_prefix(keys, kAll);
  CHECK_FALSE(is_compact(keys, kAll));
  keys.clear(-1);
  CHECK(keys.memory_bytes() == empty);
}

TEST_CASE("expired and evicted entries give their prefix back too") {
  Keyspace keys{{}};
  const std::size_t empty = keys.memory_bytes();
  keys.begin_turn(1'000);
  add_of_prefix(keys, 1);
  for (int id = 0; id < 2 * PrefixTable::kSightings; ++id) {
    const auto name = of_prefix(1, id);
    keys.set_expiry(keys.key(name, 0), 2'000);
  }
  keys.begin_turn(3'000);
  keys.expire_some(1'000);
  CHECK(keys.size(0) == 0);
  add_of_prefix(keys, 2);
  while (keys.evict_one(EvictionPolicy::kAllKeysLru, 5)) {
  }
  CHECK(keys.size(0) == 0);
  keys.clear(-1);
  CHECK(keys.memory_bytes() == empty);
}
