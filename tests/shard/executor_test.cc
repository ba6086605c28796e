#include "shard/executor.h"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "tests/shard/simulation.h"

using countd::metrics::LatencyHistogram;
using countd::storage::EvictionPolicy;
using countd::test::Caller;
using countd::test::Simulation;
using Replies = std::vector<std::string>;

namespace {

constexpr std::string_view kOom = "-OOM command not allowed when used memory > 'maxmemory'.";

const countd::metrics::CommandCounters& counters(const Simulation& simulation,
                                                 std::string_view command, std::size_t thread = 0) {
  const auto index = simulation.table.index(*simulation.table.find(command));
  return simulation.threads[thread].metrics.commands[index];
}

void fill(Simulation& simulation, Caller& caller, int keys) {
  for (int i = 0; i < keys; ++i) {
    simulation.call(caller, "SET key" + std::to_string(i) + " " + std::string(100, 'x'));
  }
}

}  // namespace

TEST_CASE("calls are counted a request, folded or not, timed together or one by one") {
  for (const std::int64_t threshold : {-1, 10'000, 0}) {
    CAPTURE(threshold);
    Simulation simulation(1);
    simulation.options.slowlog_log_slower_than = threshold;
    auto& caller = simulation.add_caller(0);
    simulation.call_all(caller,
                        {"INCR n", "INCR n", "INCR n", "GET n", "INCR n", "DECR n", "GET n"});
    // A fold of INCR and DECR is counted with the command that began it.
    CHECK(counters(simulation, "decr").calls.get() + counters(simulation, "incr").calls.get() == 5);
    CHECK(counters(simulation, "get").calls.get() == 2);
    CHECK(counters(simulation, "incr").failed.get() == 0);
  }
}

TEST_CASE("errors are counted a request, folded or not") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  simulation.call_all(caller, {"SET text abc", "INCR text", "GET text", "INCR text", "INCR text"});
  CHECK(counters(simulation, "incr").failed.get() == 3);
  CHECK(counters(simulation, "get").failed.get() == 0);
  simulation.call_all(caller, {"INCRBY text x", "EXPIRE text x"});
  CHECK(counters(simulation, "incrby").failed.get() == 1);
  CHECK(counters(simulation, "expire").failed.get() == 1);
}

TEST_CASE("time is attributed to the commands of a batch") {
  Simulation simulation(1);
  simulation.clock.step_ns = 1000;
  auto& caller = simulation.add_caller(0);
  simulation.call_all(caller, {"INCR n", "GET n"});
  const auto incr = counters(simulation, "incr").nanoseconds.get();
  const auto get = counters(simulation, "get").nanoseconds.get();
  CHECK(incr > 0);
  CHECK(incr == get);
  simulation.call_all(caller, {"KEYS *"});
  CHECK(counters(simulation, "keys").nanoseconds.get() > 0);
}

TEST_CASE("latencies are kept of every call, folded or not, unless they are not wanted") {
  Simulation simulation(1);
  simulation.clock.step_ns = 1000;
  auto& caller = simulation.add_caller(0);
  const auto calls = [&](std::string_view command) {
    std::vector<std::uint64_t> sums(LatencyHistogram::kBuckets);
    const auto* const histogram = counters(simulation, command).latencies.histogram();
    if (histogram == nullptr) return std::uint64_t{0};
    histogram->add_to(std::span<std::uint64_t, LatencyHistogram::kBuckets>(sums));
    return std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
  };
  simulation.call_all(caller, {"INCR n", "GET n", "INCR n", "INCR n", "KEYS *"});
  CHECK(calls("incr") == 3);
  CHECK(calls("get") == 1);
  CHECK(calls("keys") == 1);
  simulation.options.latency_tracking = false;
  simulation.call_all(caller, {"INCR n", "KEYS *"});
  CHECK(calls("incr") == 3);
  CHECK(calls("keys") == 1);
}

TEST_CASE("above maxmemory writes that need memory are refused, reads and deletes are not") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  fill(simulation, caller, 500);
  simulation.options.maxmemory = 1;
  CHECK(simulation.call_all(caller, {"SET a x", "INCR n", "INCR n", "GET key1", "DEL key1"}) ==
        Replies{std::string(kOom), std::string(kOom), std::string(kOom),
                "$100\r\n" + std::string(100, 'x'), ":1"});
  CHECK(counters(simulation, "incr").rejected.get() == 2);
  CHECK(counters(simulation, "set").rejected.get() == 1);
  CHECK(counters(simulation, "incr").calls.get() == 0);
  CHECK(counters(simulation, "set").calls.get() == 500);
  CHECK(counters(simulation, "get").calls.get() == 1);
  simulation.options.maxmemory = 0;
  CHECK(simulation.call(caller, "INCR n") == ":1");
}

TEST_CASE("what is refused for want of memory is no call, on one shard or several") {
  Simulation simulation(4);
  simulation.options.slowlog_log_slower_than = 0;
  auto& caller = simulation.add_caller(1);
  fill(simulation, caller, 100);
  simulation.options.maxmemory = 1;
  CHECK(simulation.call(caller, "MSET a 1 b 2 c 3 d 4") == kOom);
  CHECK(simulation.call(caller, "PFADD h x") == kOom);
  for (const auto* command : {"mset", "pfadd"}) {
    CAPTURE(command);
    CHECK(counters(simulation, command, 1).calls.get() == 0);
    std::uint64_t rejected_count = 0;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      rejected_count += counters(simulation, command, thread).rejected.get();
    }
    CHECK(rejected_count == 1);
  }
}

TEST_CASE("with an eviction policy the shard makes room until memory is within its limit") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  fill(simulation, caller, 2000);
  auto& keys = *simulation.slices[0].keys;
  simulation.options.maxmemory = keys.memory_bytes() - 20'000;
  simulation.options.maxmemory_policy = EvictionPolicy::kAllKeysRandom;
  CHECK(simulation.call(caller, "SET new value") == "+OK");
  CHECK(keys.memory_bytes() <= simulation.options.maxmemory + 1024);
  CHECK(keys.counters().evicted > 50);
  CHECK(keys.size(0) < 2000);
  CHECK(simulation.shared.published[0].evicted.get() == keys.counters().evicted);
}

TEST_CASE("volatile policies refuse when no entry has an expiry") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  fill(simulation, caller, 500);
  simulation.options.maxmemory = 1;
  simulation.options.maxmemory_policy = EvictionPolicy::kVolatileTtl;
  CHECK(simulation.call(caller, "SET a x") == kOom);
  CHECK(simulation.slices[0].keys->size(0) == 500);
}

TEST_CASE("a new eviction policy holds from the very next request") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  simulation.call(caller, "SET old x");
  simulation.options.maxmemory_policy = EvictionPolicy::kAllKeysLfu;
  CHECK(simulation.call_all(caller, {"SET new x", "OBJECT FREQ new"}) == Replies{"+OK", ":5"});
}

TEST_CASE(
    "a lifetime counts from the shard's time, which the wall clock's step back leaves alone") {
  for (const auto* const set :
       {"SET k v EX 10", "PSETEX k 10000 v", "SETEX k 10 v", "INCREX k BYINT 1 EX 10"}) {
    CAPTURE(set);
    Simulation simulation(1);
    auto& caller = simulation.add_caller(0);
    simulation.call(caller, "SET before x");
    simulation.clock.now_ms -= 30'000;
    simulation.call(caller, set);
    CHECK(simulation.call(caller, "PTTL k") == ":10000");
    CHECK(simulation.call_all(caller, {"EXPIRE k 20", "PTTL k"}) == Replies{":1", ":20000"});
    CHECK(simulation.call_all(caller, {"GETEX k EX 5", "PTTL k"}).back() == ":5000");
  }
}

TEST_CASE("a command over several shards sees the latest time that any of them has reached") {
  Simulation simulation(4);
  auto& caller = simulation.add_caller(1);
  simulation.clock.now_ms += 30'000;
  const auto latest = simulation.clock.now_ms;
  simulation.call(caller, "SET a x");  // one shard alone comes to this time
  simulation.clock.now_ms -= 30'000;
  CHECK(simulation.call(caller, "MSETEX 4 a 1 b 2 c 3 d 4 EX 10") == ":1");
  for (const auto* const key : {"a", "b", "c", "d"}) {
    CAPTURE(key);
    CHECK(simulation.call(caller, std::string("PTTL ") + key) == ":10000");
    CHECK(simulation.call(caller, std::string("PEXPIRETIME ") + key) ==
          ":" + std::to_string(latest + 10'000));
  }
}

TEST_CASE("with NO-TOUCH a client's accesses are no uses, but for those of TOUCH") {
  Simulation simulation(1);
  simulation.options.maxmemory_policy = EvictionPolicy::kAllKeysLfu;
  simulation.options.lfu_log_factor = 0;  // every use counts
  auto& caller = simulation.add_caller(0);
  const auto frequency = [&] { return simulation.call(caller, "OBJECT FREQ n"); };
  simulation.call(caller, "SET n 1");
  REQUIRE(frequency() == ":5");
  caller.session.no_touch = true;
  simulation.call_all(caller, {"INCR n", "INCR n", "GET n", "MGET n n", "GETEX n PERSIST"});
  CHECK(frequency() == ":5");
  simulation.call(caller, "TOUCH n");
  CHECK(frequency() == ":6");
  caller.session.no_touch = false;
  simulation.call_all(caller, {"INCR n", "INCR n"});
  CHECK(frequency() == ":8");
}

TEST_CASE("the slow log keeps what took too long, with its words and its client") {
  Simulation simulation(1);
  simulation.options.slowlog_log_slower_than = 50;
  simulation.options.slowlog_max_len = 3;
  auto& caller = simulation.add_caller(0);
  simulation.clock.step_ns = 10'000;  // 10 microseconds a request
  simulation.call(caller, "SET fast 1");
  CHECK(simulation.slow_log.size() == 0);
  simulation.clock.step_ns = 70'000;
  simulation.call_all(caller, {"SET slow 1", "GET slow"});
  const auto entries = simulation.slow_log.entries(-1);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].words == std::vector<std::string>{"GET", "slow"});
  CHECK(entries[1].words == std::vector<std::string>{"SET", "slow", "1"});
  CHECK(entries[1].micros == 70);
  CHECK(entries[1].unix_time == simulation.clock.now_ms / 1000);
  CHECK(entries[1].peer == "caller");
  CHECK(entries[0].id == entries[1].id + 1);
  for (int i = 0; i < 5; ++i) simulation.call(caller, "MGET a b");
  CHECK(simulation.slow_log.size() == 3);
  simulation.options.slowlog_max_len = 0;
  simulation.slow_log.reset();
  simulation.call(caller, "MGET a b");
  CHECK(simulation.slow_log.size() == 0);
}

TEST_CASE(
    "what a connection's thread answers itself is timed and logged as well, without passwords") {
  Simulation simulation(2);
  simulation.options.slowlog_log_slower_than = 0;
  simulation.clock.step_ns = 3000;
  auto& caller = simulation.add_caller(0);
  simulation.call_all(caller, {"PING", "AUTH me secret"});
  CHECK(counters(simulation, "ping").calls.get() == 1);
  CHECK(counters(simulation, "ping").nanoseconds.get() == 3000);
  const auto entries = simulation.slow_log.entries(-1);
  REQUIRE(entries.size() == 2);
  CHECK(entries[1].words == std::vector<std::string>{"PING"});
  CHECK(entries[0].words == std::vector<std::string>{"AUTH", "(redacted)", "(redacted)"});
}

TEST_CASE("a slow command over several shards is in the slow log once") {
  Simulation simulation(4);
  simulation.options.slowlog_log_slower_than = 0;
  auto& caller = simulation.add_caller(1);
  simulation.call(caller, "MSET a 1 b 2 c 3 d 4");
  REQUIRE(simulation.slow_log.size() == 1);
  CHECK(simulation.slow_log.entries(1)[0].words[0] == "MSET");
  CHECK(counters(simulation, "mset", 1).calls.get() == 1);
}

TEST_CASE("what a shard publishes is what its keyspace has, after every batch") {
  Simulation simulation(2);
  auto& caller = simulation.add_caller(0);
  simulation.call_all(caller, {"SET a 1", "SET b 1 EX 100", "SET c 1", "GET a", "GET none"});
  std::uint64_t keys = 0;
  std::uint64_t expires = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  for (const auto& published : simulation.shared.published) {
    keys += published.sizes()[0].keys.get();
    expires += published.sizes()[0].expires.get();
    hits += published.hits.get();
    misses += published.misses.get();
  }
  CHECK(keys == 3);
  CHECK(expires == 1);
  CHECK(hits == 1);
  CHECK(misses == 1);
  simulation.call(caller, "FLUSHALL");
  CHECK(simulation.shared.published[0].sizes()[0].keys.get() == 0);
  CHECK(simulation.shared.published[1].sizes()[0].keys.get() == 0);
  CHECK(simulation.shared.memory_bytes() ==
        simulation.slices[0].keys->memory_bytes() + simulation.slices[1].keys->memory_bytes());
}
