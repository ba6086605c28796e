#include "storage/sketch/count_min.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "storage/sketch/murmur_hash.h"

using namespace countd::storage;

namespace {

std::unique_ptr<CountMinSketch> sketch(std::int64_t width, std::int64_t depth) {
  return CountMinSketch::create(CountMinSketch::shape_of(width, depth).value());
}

}  // namespace

TEST_CASE("cells are row-major and hashed by MurmurHash2 with the row as seed") {
  for (const auto& [width, depth] : {std::pair{1, 1}, {1, 20}, {7, 3}, {2000, 7}, {65537, 17}}) {
    const auto sums = sketch(width, depth);
    CHECK(sums->add("foo", 3).value() == 3);
    std::vector<std::uint32_t> expected(static_cast<std::size_t>(width) * depth);
    for (int row = 0; row < depth; ++row) {
      const auto column = murmur_hash_2("foo", static_cast<std::uint32_t>(row)) % width;
      expected[static_cast<std::size_t>(row) * width + column] = 3;
    }
    CHECK(std::vector(sums->cells().begin(), sums->cells().end()) == expected);
    CHECK(sums->total() == 3);
  }
}

TEST_CASE("an estimate is never too low and seldom too high by more than 2 / width of all") {
  std::mt19937_64 random(3);
  const auto sums = sketch(500, 7);
  std::map<std::string, std::uint64_t> truth;
  std::uint64_t total = 0;
  for (int i = 0; i < 50000; ++i) {
    const std::string item = "item:" + std::to_string(random() % 100 * (random() % 100));
    const std::uint64_t times = random() % 5;
    truth[item] += times;
    total += times;
    CHECK(sums->add(item, times).value() >= static_cast<std::int64_t>(truth[item]));
  }
  CHECK(sums->total() == total);
  std::size_t beyond = 0;
  for (const auto& [item, count] : truth) {
    CHECK(sums->estimate(item) >= count);
    if (sums->estimate(item) > count + 2 * total / 500) ++beyond;
  }
  CHECK(beyond <= 1 + truth.size() / 100);
}

TEST_CASE("a cell saturates and the item says so from then on") {
  const auto sums = sketch(10, 3);
  CHECK(sums->add("a", CountMinSketch::kMaxCount - 1).value() == CountMinSketch::kMaxCount - 1);
  CHECK(sums->add("a", 1).error() == Errc::kCmsOverflow);
  CHECK(sums->add("a", 5).error() == Errc::kCmsOverflow);
  CHECK(sums->estimate("a") == CountMinSketch::kMaxCount);
  CHECK(sums->total() == std::uint64_t{CountMinSketch::kMaxCount} + 5);
  CHECK(sketch(10, 3)->add("b", ~std::uint64_t{0} >> 1).error() == Errc::kCmsOverflow);
}

TEST_CASE("shapes are RedisBloom's and bounded") {
  using Shape = CountMinSketch::Shape;
  CHECK(CountMinSketch::shape_for(0.001, 0.01).value() == Shape{2000, 7});
  CHECK(CountMinSketch::shape_for(0.01, 0.5).value() == Shape{200, 1});
  CHECK(CountMinSketch::shape_for(0.3, 0.25).value() == Shape{7, 2});
  for (const double bad : {0.0, 1.0, -0.5, 1.5, std::nan(""), 1e-12}) {
    CHECK(CountMinSketch::shape_for(bad, 0.01).error() == Errc::kCmsInvalidError);
  }
  for (const double bad : {0.0, 1.0, -0.5, 1.5, std::nan(""), 0.99999999999, 1e-300}) {
    CHECK(CountMinSketch::shape_for(0.01, bad).error() == Errc::kCmsInvalidProbability);
  }
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, kHuge}) {
    CHECK(CountMinSketch::shape_of(bad, 1).error() == Errc::kCmsInvalidWidth);
    CHECK(CountMinSketch::shape_of(1, bad).error() == Errc::kCmsInvalidDepth);
  }
  CHECK(CountMinSketch::shape_of(1 << 20, 1 << 20).error() == Errc::kCmsInvalidDepth);
  CHECK(CountMinSketch::shape_of(1 << 20, 1 << 8).has_value());
}

TEST_CASE("merging adds weighted and may overwrite one of its sources") {
  const auto first = sketch(50, 4);
  const auto second = sketch(50, 4);
  first->add("a", 5).value();
  second->add("a", 7).value();
  second->add("b", 2).value();
  const CountMinSketch::Part parts[] = {{first.get(), 3}, {second.get(), 2}};
  CHECK(CountMinSketch::check_sum(parts).has_value());
  first->assign_sum(parts);
  CHECK(first->estimate("a") == 29);
  CHECK(first->estimate("b") == 4);
  CHECK(first->total() == 33);
  const CountMinSketch::Part back[] = {{first.get(), 1}, {second.get(), -2}};
  CHECK(CountMinSketch::check_sum(back).has_value());
  first->assign_sum(back);
  CHECK(first->estimate("a") == 15);
  CHECK(first->estimate("b") == 0);
}

TEST_CASE("a sum that leaves the range of a cell or of the total is refused") {
  const auto sums = sketch(50, 4);
  sums->add("a", 5).value();
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t weight : {std::int64_t{-1}, std::int64_t{1} << 30, kHuge}) {
    const CountMinSketch::Part parts[] = {{sums.get(), weight}};
    CHECK(CountMinSketch::check_sum(parts).error() == Errc::kCmsMergeOverflow);
  }
  const CountMinSketch::Part most[] = {{sums.get(), 858993459}};
  CHECK(CountMinSketch::check_sum(most).has_value());
  sums->set_total(std::uint64_t{1} << 63);
  const CountMinSketch::Part one[] = {{sums.get(), 1}};
  CHECK(CountMinSketch::check_sum(one).error() == Errc::kCmsMergeOverflow);
}

TEST_CASE("a clone is equal and apart") {
  const auto sums = sketch(50, 4);
  sums->add("a", 5).value();
  const auto copy = sums->clone();
  auto& other = static_cast<CountMinSketch&>(*copy);
  CHECK(other.type() == Type::kCountMin);
  CHECK(other.shape() == sums->shape());
  CHECK(other.total() == 5);
  other.add("a", 1).value();
  CHECK(other.estimate("a") == 6);
  CHECK(sums->estimate("a") == 5);
  CHECK(sums->memory_bytes() >= 50 * 4 * 4);
}
