#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "storage/base/random.h"
#include "storage/keyspace/log_notes.h"

using countd::storage::LogNotes;

TEST_CASE("a walk comes by every note once, however often it is interrupted") {
  for (const bool large : {false, true}) {
    LogNotes notes;
    notes.clear(large);
    std::multiset<std::uint64_t> expected;
    countd::storage::Random random{5};
    for (int i = 0; i < 10'000; ++i) {
      const std::uint64_t hash = random.next();
      notes.add(hash);
      expected.insert(hash);
    }
    CHECK(notes.size() == 10'000);
    std::multiset<std::uint64_t> visited;
    int left = 0;
    int walks = 1;
    while (!notes.walk([&](std::uint64_t hash, const auto&) {
      if (left-- <= 0) return false;
      visited.insert(hash);
      return true;
    })) {
      left = static_cast<int>(random.next() % 100);
      ++walks;
    }
    CHECK(walks > 100);
    CHECK(visited == expected);
    notes.clear();
    CHECK(notes.empty());
    CHECK(notes.walk([](std::uint64_t, const auto&) { return false; }));
  }
}

TEST_CASE("notes of a large table come in the order of their segments, and show what comes next") {
  LogNotes notes;
  notes.clear(true);
  countd::storage::Random random{6};
  for (int i = 0; i < 5'000; ++i) notes.add(random.next());
  std::vector<std::uint64_t> order;
  std::uint64_t foreseen = 0;
  CHECK(notes.walk([&](std::uint64_t hash, const auto& ahead) {
    if (foreseen != 0) CHECK(hash == foreseen);
    order.push_back(hash >> 56);
    foreseen = ahead(1) == nullptr ? 0 : *ahead(1);
    return true;
  }));
  CHECK(std::is_sorted(order.begin(), order.end()));
}
