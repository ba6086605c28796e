// Turns of several threads over shared slices, in random orders that a seed replays.
#include "shard/turn.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/shard/linear_history.h"
#include "tests/shard/simulation.h"

using countd::storage::Random;
using countd::test::Caller;
using countd::test::LinearHistory;
using countd::test::Simulation;
using countd::test::Words;

namespace {

constexpr int kCounters = 4;
constexpr int kPairs = 3;

// Reads and increments of shared counters; sets and gets of registers that one caller writes;
// pairs of registers that are written and read by one command each, over two shards as a rule.
class Mix {
 public:
  Mix(Simulation& simulation, Random& random, int callers, int waves) : random_(random) {
    const auto threads = simulation.threads.size();
    for (int i = 0; i < callers; ++i) {
      auto& caller = simulation.add_caller(static_cast<int>(random.below(threads)));
      caller.on_done = [this, &caller, i](const std::vector<Words>& wave, std::uint64_t began,
                                          std::uint64_t ended) {
        for (std::size_t r = 0; r < wave.size(); ++r) {
          note(i, wave[r], caller.replies[r], {began, ended});
        }
        caller.replies.clear();
      };
      for (int w = 0; w < waves; ++w) caller.queue(wave_of(i));
    }
  }

  /// Empty, or what is wrong.
  [[nodiscard]] std::string judge() {
    for (auto& [name, history] : histories_) {
      if (const auto wrong = history.judge(); !wrong.empty()) return name + ": " + wrong;
    }
    for (auto& [name, count] : increments_) {
      std::vector<std::int64_t> expected(count.size());
      for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = static_cast<std::int64_t>(i) + 1;
      std::ranges::sort(count);
      if (count != expected) return name + ": increments are not 1..N";
    }
    return wrong_;
  }
  [[nodiscard]] std::size_t noted() const { return noted_; }

 private:
  std::vector<Words> wave_of(int caller) {
    std::vector<Words> wave;
    for (auto left = 1 + random_.below(12); left > 0; --left) wave.push_back(request_of(caller));
    return wave;
  }

  Words request_of(int caller) {
    const auto counter = "counter" + std::to_string(random_.below(kCounters));
    const auto pair = std::to_string(random_.below(kPairs));
    const auto own = "register" + std::to_string(caller);
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return {"INCR", counter};
      case 4:
        return {"GET", counter};
      case 5:
        return {"SET", own, std::to_string(++written_[own])};
      case 6:
        return {"GET", "register" + std::to_string(random_.below(3))};
      case 7:
        return {"INCRBY", counter, "1"};
      case 8:
        if (caller < kPairs) {
          const auto key = std::to_string(caller);
          const auto value = std::to_string(++written_["pair" + key]);
          return {"MSET", "a" + key, value, "b" + key, value};
        }
        return {"DBSIZE"};
      default:
        return {"MGET", "a" + pair, "b" + pair};
    }
  }

  void note(int caller, const Words& request, const std::string& reply,
            LinearHistory::Interval when) {
    ++noted_;
    const auto& command = request[0];
    if (command == "DBSIZE") return;
    if (command == "MSET") {
      return histories_["pair" + request[1].substr(1)].add(caller, std::stoll(request[2]), true,
                                                           when);
    }
    if (command == "MGET") return note_pair(caller, request, reply, when);
    auto& history = histories_[request[1]];
    if (command == "SET") return history.add(caller, std::stoll(request[2]), true, when);
    if (command == "GET") return history.add(caller, bulk_number(reply), false, when);
    if (reply[0] != ':') wrong_ = "an increment answered " + reply;
    increments_[request[1]].push_back(std::stoll(reply.substr(1)));
    history.add(caller, increments_[request[1]].back(), true, when);
  }

  void note_pair(int caller, const Words& request, const std::string& reply,
                 LinearHistory::Interval when) {
    const auto second = reply.find('$', reply.find('$') + 1);
    const auto first = bulk_number(reply.substr(4, second - 4));
    if (first != bulk_number(reply.substr(second))) wrong_ = "MGET saw half of an MSET: " + reply;
    histories_["pair" + request[1].substr(1)].add(caller, first, false, when);
  }

  static std::int64_t bulk_number(const std::string& bulk) {
    return bulk.starts_with("$-1") ? 0 : std::stoll(bulk.substr(bulk.find('\n') + 1));
  }

  Random& random_;
  std::map<std::string, std::int64_t> written_;
  std::map<std::string, LinearHistory> histories_;
  std::map<std::string, std::vector<std::int64_t>> increments_;
  std::string wrong_;
  std::size_t noted_ = 0;
};

void play(int threads, std::uint64_t seed, bool interleaved) {
  CAPTURE(threads);
  CAPTURE(seed);
  Simulation simulation(threads, seed);
  if (interleaved) simulation.interleave();
  Random random(seed * 977);
  Mix mix(simulation, random, 2 * threads + 1, 12);
  const bool all_done = simulation.run_to_the_end();
  REQUIRE_MESSAGE(all_done, "a wave was lost or threads wait for each other");
  REQUIRE(mix.judge() == "");
  REQUIRE(simulation.strangers == 0);
  for (auto& slice : simulation.slices) {
    REQUIRE(slice.lease.holder() == countd::shard::kNobody);
    REQUIRE(slice.mailbox.empty());
    REQUIRE(slice.inbox == nullptr);
  }
}

}  // namespace

TEST_CASE("turns one after the other: exact, in order, complete") {
  for (const int threads : {1, 2, 4}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) play(threads, seed, false);
  }
}

TEST_CASE("turns in the middle of others' turns: exact, in order, complete") {
  for (const int threads : {2, 3, 4}) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) play(threads, seed, true);
  }
}

TEST_CASE("the interleaved runs do find leases taken, and do fold") {
  Simulation simulation(4, 7);
  simulation.interleave();
  Random random(7);
  const Mix mix(simulation, random, 9, 60);
  REQUIRE(simulation.run_to_the_end());
  std::uint64_t foreign = 0;
  std::uint64_t folded = 0;
  for (const auto& thread : simulation.threads) {
    foreign += thread.metrics.foreign_batches.get();
    folded += thread.metrics.folded.get();
  }
  CHECK(simulation.nested_turns > 100);
  CHECK(foreign > 20);
  CHECK(folded > 20);
  CHECK(mix.noted() > 2000);
}

TEST_CASE("increments of several waves of one turn are folded, and each gets its own value") {
  Simulation simulation(1);
  auto& first = simulation.add_caller(0);
  auto& second = simulation.add_caller(0);
  first.queue({{"INCR", "n"}, {"INCRBY", "n", "10"}, {"DECR", "n"}});
  second.queue({{"DECRBY", "n", "3"}, {"INCR", "n"}});
  simulation.turn(0);
  CHECK(first.replies == std::vector<std::string>{":1", ":11", ":10"});
  CHECK(second.replies == std::vector<std::string>{":7", ":8"});
  CHECK(simulation.threads[0].metrics.folded.get() == 4);
}

TEST_CASE("another command on the key ends a fold, and sees exactly what came before it") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller, {"INCR n", "INCR n", "GET n", "INCR n", "INCR n", "GET n"}) ==
        std::vector<std::string>{":1", ":2", "$1\r\n2", ":3", ":4", "$1\r\n4"});
  CHECK(simulation.threads[0].metrics.folded.get() == 2);
  CHECK(simulation.call_all(caller, {"INCR n", "SET n 40", "INCR n", "INCR n"}) ==
        std::vector<std::string>{":5", "+OK", ":41", ":42"});
  // A command on several keys, and one without, end all folds.
  CHECK(simulation.call_all(caller, {"INCR n", "MGET n m", "INCR n"}).back() == ":44");
  CHECK(simulation.call_all(caller, {"INCR n", "DEL n", "INCR n"}) ==
        std::vector<std::string>{":45", ":1", ":1"});
  CHECK(simulation.call_all(caller, {"INCR n", "FLUSHALL", "INCR n"}).back() == ":1");
}

TEST_CASE("one key in two databases is two counters") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller,
                            {"INCR n", "SELECT 1", "INCR n", "INCR n", "SELECT 0", "INCR n"}) ==
        std::vector<std::string>{":1", "+OK", ":1", ":2", "+OK", ":2"});
}

TEST_CASE("every member of a fold on another type answers the error by itself") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  simulation.call(caller, "CMS.INITBYDIM c 10 2");
  simulation.call(caller, "SET text abc");
  for (const auto& reply : simulation.call_all(caller, {"INCR c", "INCR c", "DECR c"})) {
    CHECK(reply == "-WRONGTYPE Operation against a key holding the wrong kind of value");
  }
  for (const auto& reply : simulation.call_all(caller, {"INCR text", "INCR text"})) {
    CHECK(reply == "-ERR value is not an integer or out of range");
  }
}

namespace {

// What Redis answers to the same requests, one after the other.
std::vector<std::string> redis_answers(std::int64_t value,
                                       const std::vector<std::int64_t>& deltas) {
  std::vector<std::string> replies;
  for (const auto delta : deltas) {
    if (__builtin_add_overflow(value, delta, &value)) {
      value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) -
                                        static_cast<std::uint64_t>(delta));
      replies.emplace_back("-ERR increment or decrement would overflow");
    } else {
      replies.push_back(":" + std::to_string(value));
    }
  }
  return replies;
}

}  // namespace

TEST_CASE("folds near the ends of the range fail exactly the members that would overflow") {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  Random random(2024);
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  std::size_t failures = 0;
  for (int round = 0; round < 2000; ++round) {
    const bool high = random.below(2) == 0;
    const auto distance = static_cast<std::int64_t>(random.below(20));
    const auto start = high ? kMax - distance : kMin + distance;
    simulation.call(caller, "SET n " + std::to_string(start));
    std::vector<std::int64_t> deltas;
    std::vector<Words> wave;
    for (auto left = 1 + random.below(10); left > 0; --left) {
      const std::int64_t huge[] = {kMax, kMin + 1, kMax / 2, kMin / 2};
      deltas.push_back(random.below(8) == 0 ? huge[random.below(4)]
                                            : static_cast<std::int64_t>(random.below(21)) - 10);
      const bool decrements = deltas.back() != kMin && random.below(2) == 0;
      wave.push_back({decrements ? "DECRBY" : "INCRBY", "n",
                      std::to_string(decrements ? -deltas.back() : deltas.back())});
    }
    caller.replies.clear();
    caller.queue(wave);
    REQUIRE(simulation.run_to_the_end());
    const auto expected = redis_answers(start, deltas);
    REQUIRE(caller.replies == expected);
    failures += static_cast<std::size_t>(
        std::ranges::count_if(expected, [](const auto& reply) { return reply[0] == '-'; }));
  }
  CHECK(failures > 1000);
}

TEST_CASE("a check-out of all shards sees no turn half done, and ends") {
  Simulation simulation(4, 3);
  simulation.interleave();
  Random random(5);
  Mix mix(simulation, random, 9, 20);
  int cuts = 0;
  for (int thread = 0; thread < 4; ++thread) {
    simulation.threads[static_cast<std::size_t>(thread)].turn.check_out_all(
        [&, thread](std::span<countd::storage::Keyspace* const> keys) {
          ++cuts;
          CHECK(std::ranges::count(keys, nullptr) == 0);
          for (const auto& slice : simulation.slices) {
            CHECK(slice.lease.holder() == static_cast<countd::shard::Holder>(thread) + 1);
          }
        });
    simulation.threads[static_cast<std::size_t>(thread)].more = true;
  }
  REQUIRE(simulation.run_to_the_end());
  CHECK(cuts == 4);
  CHECK(mix.judge() == "");
}
