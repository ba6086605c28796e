// Several shards under one limit, with each one's upkeep run when the test says so.
#include "shard/memory_limit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <string>

#include "commands/checked_out.h"
#include "shard/upkeep.h"
#include "tests/shard/simulation.h"

using countd::shard::Upkeep;
using countd::storage::EvictionPolicy;
using countd::test::Simulation;

namespace {

constexpr std::string_view kOom = "-OOM command not allowed when used memory > 'maxmemory'.";
constexpr int kShards = 4;

struct Limited {
  explicit Limited(EvictionPolicy policy) {
    simulation.options.maxmemory_policy = policy;
    for (int shard = 0; shard < kShards; ++shard) {
      auto& thread = simulation.threads[static_cast<std::size_t>(shard)];
      upkeeps.emplace_back(thread.turn, thread.executor, simulation.shared, shard);
    }
    run_upkeeps();  // every shard publishes what it has
  }

  /// A new key on the shard.
  std::string key(int shard) {
    for (;;) {
      auto key = "key" + std::to_string(++keys_made);
      if (countd::commands::key_shard(key, kShards) == shard) return key;
    }
  }
  std::string set(int shard, std::size_t size = 100, const std::string& options = "") {
    return simulation.call(caller, "SET " + key(shard) + " " + std::string(size, 'x') + options);
  }
  void fill(int shard, int keys, const std::string& options = "") {
    for (int i = 0; i < keys; ++i) REQUIRE(set(shard, 100, options) == "+OK");
  }
  [[nodiscard]] std::size_t bytes() const { return simulation.shared.memory_bytes(); }
  [[nodiscard]] countd::storage::Keyspace& keys(int shard) {
    return *simulation.slices[static_cast<std::size_t>(shard)].keys;
  }
  [[nodiscard]] bool asked(int shard) const {
    return simulation.shared.published[static_cast<std::size_t>(shard)].eviction.asked.load();
  }
  /// The limit is so much below what is there.
  void lower_limit(std::size_t by) { simulation.options.maxmemory = bytes() - by; }
  void pass(std::int64_t milliseconds) {
    simulation.clock.now_ms += milliseconds;
    simulation.clock.now_ns += milliseconds * 1'000'000;
    for (auto& thread : simulation.threads) {
      thread.executor.begin_turn(simulation.options, simulation.clock.now_ms);
    }
  }
  /// Every thread does what there is to do.
  void run_upkeeps() {
    pass(100);
    for (bool more = true; more;) {
      more = false;
      for (auto& upkeep : upkeeps) more |= upkeep.run(true);
    }
  }

  Simulation simulation{kShards};
  countd::test::Caller& caller = simulation.add_caller(1);
  std::deque<Upkeep> upkeeps;
  int keys_made = 0;
};

}  // namespace

TEST_CASE("a write to a shard that holds little goes on, and the fullest shard is asked to evict") {
  Limited limited(EvictionPolicy::kAllKeysLru);
  limited.fill(0, 4000);
  limited.fill(2, 50);
  limited.lower_limit(20'000);
  CHECK(limited.set(2) == "+OK");
  CHECK(limited.keys(2).counters().evicted == 0);
  CHECK(limited.asked(0));
  CHECK(limited.bytes() > limited.simulation.options.maxmemory);
  limited.pass(1);
  while (limited.upkeeps[0].run(true)) {
  }
  CHECK(limited.bytes() <= limited.simulation.options.maxmemory);
  CHECK(limited.keys(0).counters().evicted > 50);
  CHECK(limited.keys(2).size(0) == 51);
  CHECK_FALSE(limited.asked(0));
  CHECK(limited.simulation.shared.published[0].evicted.get() == limited.keys(0).counters().evicted);
}

TEST_CASE("who is asked to evict is woken") {
  Limited limited(EvictionPolicy::kAllKeysLru);
  limited.fill(0, 1000);
  limited.lower_limit(1000);
  bool turned = false;
  limited.simulation.on_turn = [&](int thread) { turned |= thread == 0; };
  CHECK(limited.set(2) == "+OK");
  CHECK(turned);
}

TEST_CASE("while nobody pays no write is refused, and memory stays within its bound") {
  Limited limited(EvictionPolicy::kAllKeysLru);
  limited.fill(0, 4000);
  limited.lower_limit(0);
  constexpr std::size_t kValue = 3000;
  std::size_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(limited.set(1 + i % 3, kValue) == "+OK");
    most = std::max(most, limited.bytes());
  }
  const std::uint64_t limit = limited.simulation.options.maxmemory;
  CHECK(most > limit + limit / 10);
  CHECK(most < limit + limit / 8 + 4 * kValue);
  CHECK(limited.keys(0).size(0) == 4000);
}

TEST_CASE("under a volatile policy what may not go is refused once too much is owed") {
  Limited limited(EvictionPolicy::kVolatileLru);
  limited.fill(0, 4000, " EX 1000");
  limited.lower_limit(0);
  const std::uint64_t limit = limited.simulation.options.maxmemory;
  int passed = 0;
  while (limited.set(2, 1000) == "+OK") REQUIRE(++passed < 1000);
  CHECK(passed > 10);
  CHECK(limited.bytes() < limit + limit / 8 + 4000);
  CHECK(limited.set(2, 1000) == kOom);
  CHECK(limited.asked(0));
  limited.run_upkeeps();
  CHECK(limited.bytes() <= limit);
  CHECK(limited.set(2, 1000) == "+OK");
}

TEST_CASE("a shard that holds little evicts its own if nobody else has what may go") {
  Limited limited(EvictionPolicy::kVolatileTtl);
  limited.fill(0, 2000);
  limited.fill(2, 100, " EX 1000");
  limited.lower_limit(1000);
  CHECK(limited.set(2) == "+OK");
  CHECK(limited.keys(2).counters().evicted > 0);
  CHECK(limited.bytes() <= limited.simulation.options.maxmemory + 1000);
  limited.simulation.options.maxmemory = 1;
  while (limited.set(2) == "+OK") {
  }
  CHECK(limited.keys(2).expires(0) == 0);
  CHECK(limited.set(0) == kOom);
}

TEST_CASE("a command over several shards goes on as long as one of all has something to evict") {
  Limited limited(EvictionPolicy::kVolatileLru);
  limited.fill(0, 1000, " EX 1000");
  limited.lower_limit(100);
  const auto mset = [&] {
    return limited.simulation.call(limited.caller,
                                   "MSET " + limited.key(1) + " x " + limited.key(2) + " x");
  };
  CHECK(mset() == "+OK");
  CHECK(limited.asked(0));
  limited.simulation.options.maxmemory = 1;
  limited.run_upkeeps();
  CHECK(limited.keys(0).size(0) == 0);
  CHECK(mset() == kOom);
}

TEST_CASE("without eviction nobody is asked") {
  Limited limited(EvictionPolicy::kNoEviction);
  limited.fill(0, 1000);
  limited.lower_limit(100);
  CHECK(limited.set(2) == kOom);
  limited.run_upkeeps();
  CHECK(limited.keys(0).size(0) == 1000);
  for (int shard = 0; shard < kShards; ++shard) CHECK_FALSE(limited.asked(shard));
}

TEST_CASE("a lowered limit is paid back by every shard down to its share, though nobody writes") {
  Limited limited(EvictionPolicy::kAllKeysRandom);
  for (int shard = 0; shard < kShards; ++shard) limited.fill(shard, shard == 3 ? 100 : 3000);
  limited.lower_limit(limited.bytes() / 2);
  const std::uint64_t limit = limited.simulation.options.maxmemory;
  limited.run_upkeeps();
  CHECK(limited.bytes() <= limit);
  CHECK(limited.bytes() > limit - limit / 20);
  for (int shard = 0; shard < 3; ++shard) {
    CHECK(limited.keys(shard).memory_bytes() > limit / kShards * 3 / 4);
  }
  CHECK(limited.keys(3).size(0) == 100);
}

TEST_CASE("of what a lowered limit makes a shard owe, one write pays a bounded part") {
  Limited limited(EvictionPolicy::kAllKeysRandom);
  limited.fill(0, 4000);
  limited.lower_limit(limited.bytes() / 2);
  CHECK(limited.set(0) == "+OK");
  const auto evicted = limited.keys(0).counters().evicted;
  CHECK(evicted > 200);
  CHECK(evicted < 400);
  CHECK(limited.asked(0));
  const auto bytes = limited.keys(0).memory_bytes();
  CHECK(limited.set(0, 50'000) == "+OK");  // what it adds, the next write pays
  CHECK(limited.set(0) == "+OK");
  CHECK(limited.keys(0).memory_bytes() < bytes);
}

TEST_CASE("a limit set after a time without one does not make a write pay for that time") {
  Limited limited(EvictionPolicy::kAllKeysRandom);
  limited.simulation.options.maxmemory = 100'000'000;
  limited.fill(0, 10);
  limited.simulation.options.maxmemory = 0;
  limited.fill(0, 4000);
  limited.run_upkeeps();
  limited.lower_limit(limited.bytes() / 2);
  CHECK(limited.set(0) == "+OK");
  CHECK(limited.keys(0).counters().evicted < 400);
}
