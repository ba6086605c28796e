#include "storage/sketch/hyperloglog.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace countd::storage;
using namespace countd::storage::hyperloglog;

namespace {

constexpr std::size_t kLimit = 3000;

std::string item(std::uint64_t number) { return "element:" + std::to_string(number); }

std::string sketch_of(std::uint64_t from, std::uint64_t to) {
  std::string bytes = empty_sketch();
  for (std::uint64_t i = from; i < to; ++i) {
    CHECK(add(bytes, element_of(item(i)), kLimit, nullptr).has_value());
  }
  return bytes;
}

}  // namespace

TEST_CASE("the error stays within four standard deviations from 1 to 200,000") {
  std::string bytes = empty_sketch();
  std::uint64_t count = 0;
  for (const std::uint64_t target : {1, 10, 100, 1000, 3000, 10000, 50000, 200000}) {
    for (; count < target; ++count) add(bytes, element_of(item(count)), kLimit, nullptr).value();
    const auto seen = static_cast<double>(cardinality(bytes, nullptr).value());
    const auto truth = static_cast<double>(target);
    CHECK(std::abs(seen - truth) <= 1 + truth * 4 * 1.04 / std::sqrt(kRegisters));
  }
}

TEST_CASE("would_raise foretells what add answers, in both encodings") {
  std::string bytes = empty_sketch();
  for (std::uint64_t i = 0; i < 6000; ++i) {
    const Element element = element_of(item(i % 4000));
    const bool foretold = would_raise(bytes, element).value();
    const std::string before = bytes;
    CHECK(add(bytes, element, kLimit, nullptr).value() == foretold);
    CHECK((bytes != before) == foretold);
  }
  CHECK(encoding(bytes) == Encoding::kDense);
}

TEST_CASE("a sketch becomes dense at the size given and its registers stay") {
  for (const std::size_t limit : {std::size_t{18}, std::size_t{100}, kLimit}) {
    std::string bytes = empty_sketch();
    std::string dense = empty_sketch();
    std::uint64_t i = 0;
    for (; encoding(bytes) == Encoding::kSparse; ++i) {
      CHECK(bytes.size() <= limit);
      add(bytes, element_of(item(i)), limit, nullptr).value();
      add(dense, element_of(item(i)), 0, nullptr).value();
    }
    CHECK(bytes == dense);
  }
}

TEST_CASE("the histogram beside a dense sketch is that of its registers after every element") {
  std::string bytes = sketch_of(0, 5000);
  HistogramCache cache(bytes);
  for (std::uint64_t i = 5000; i < 30000; ++i) {
    add(bytes, element_of(item(i)), kLimit, &cache).value();
    if (i % 1000 != 0) continue;
    CHECK(cache.counts == HistogramCache(bytes).counts);
    CHECK(cardinality(bytes, &cache).value() == cardinality(bytes, nullptr).value());
  }
}

TEST_CASE("the union of sketches is the sketch of the union") {
  const std::string whole = sketch_of(0, 20000);
  for (const std::uint64_t split : {10, 500, 2000, 19000}) {
    std::string first = sketch_of(0, split);
    const std::string second = sketch_of(split, 20000);
    Union both;
    CHECK(both.add(first).has_value());
    CHECK(both.add(second).has_value());
    CHECK(both.cardinality() == cardinality(whole, nullptr).value());
    both.write_to(first, kLimit);
    CHECK(first == whole);
  }
}

TEST_CASE("the union of sparse sketches stays sparse while it fits") {
  std::string first = sketch_of(0, 300);
  const std::string second = sketch_of(300, 600);
  Union both;
  CHECK(both.add(first).has_value());
  CHECK(both.add(second).has_value());
  std::string small = first;
  both.write_to(first, kLimit);
  CHECK(encoding(first) == Encoding::kSparse);
  CHECK(cardinality(first, nullptr).value() == both.cardinality());
  both.write_to(small, small.size());
  CHECK(encoding(small) == Encoding::kDense);
  CHECK(cardinality(small, nullptr).value() == both.cardinality());
}

TEST_CASE("only a header with a known encoding and a dense body of the right size is a sketch") {
  const std::string sparse = empty_sketch();
  const std::string dense = sketch_of(0, 5000);
  CHECK(check(sparse).has_value());
  CHECK(check(dense).has_value());
  CHECK(check(sparse.substr(0, kHeaderBytes)).has_value());
  std::string other_encoding = sparse;
  other_encoding[4] = 2;
  for (const std::string& bytes :
       {std::string(), std::string("HYLL"), sparse.substr(0, kHeaderBytes - 1), "X" + sparse,
        other_encoding, dense + "x", dense.substr(0, dense.size() - 1)}) {
    CHECK(check(bytes).error() == Errc::kNotHyperLogLog);
  }
}

TEST_CASE("random damage is refused or survived, never more") {
  std::mt19937_64 random(7);
  const std::vector<std::string> seeds{sketch_of(0, 20), sketch_of(0, 900), sketch_of(0, 4000)};
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = seeds[round % seeds.size()];
    for (std::uint64_t i = random() % 4; i <= 4; ++i) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, random() % 3);
          break;
        case 2:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
        case 3:
          bytes[at] = '\x7f';
          break;
      }
    }
    if (!check(bytes)) continue;
    const bool sound = cardinality(bytes, nullptr).has_value();
    Union both;
    CHECK(both.add(bytes).has_value() == sound);
    for (std::uint64_t i = 0; i < 20; ++i) {
      const Element element = element_of(item(random()));
      const auto foretold = would_raise(bytes, element);
      const auto answer = add(bytes, element, kLimit, nullptr);
      if (sound) CHECK(answer.value() == foretold.value());
    }
    CHECK(check(bytes).has_value());
  }
}
