#include "storage/keyspace/directory.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

using namespace countd::storage;

TEST_CASE("while it doubles, bit by bit, a directory leads to the same segments as ever") {
  struct Release {
    void operator()(Segment* segment) const { Segment::release(segment); }
  };
  std::vector<std::unique_ptr<Segment, Release>> segments;
  const auto make = [&](unsigned depth) {
    segments.emplace_back(Segment::make({128, 1}));
    segments.back()->depth = static_cast<std::uint8_t>(depth);
    return segments.back().get();
  };
  Directory directory{make(0)};
  std::map<std::uint64_t, Segment*> model{{0, segments[0].get()}};  // by the first hash
  const auto expected = [&](std::uint64_t hash) {
    return std::prev(model.upper_bound(hash))->second;
  };
  std::mt19937_64 random{5};
  int finished = 0;
  for (int round = 0; round < 30'000; ++round) {
    const std::uint64_t hash = random();
    Segment* old = directory.at(hash).segment();
    REQUIRE(old == expected(hash));
    REQUIRE(directory.at(hash).buckets() == 1);
    const unsigned depth = old->depth;
    if (depth < 16 && random() % 4 == 0) {
      if (depth == directory.depth()) directory.grow();
      const std::uint64_t half = std::uint64_t{1} << (63 - depth);
      for (const std::uint64_t start : {hash & ~half, hash | half}) {
        Segment* fresh = make(depth + 1);
        directory.set(start, depth + 1, fresh);
        const std::uint64_t first = start & ~(half - 1);
        model[first] = fresh;
      }
    }
    finished += directory.step() ? 1 : 0;
  }
  CHECK(finished > 0);
  CHECK(directory.depth() > 10);
  for (const auto& [hash, segment] : model) CHECK(directory.at(hash).segment() == segment);
}
