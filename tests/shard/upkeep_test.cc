#include "shard/upkeep.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>
#include <string>

#include "tests/shard/simulation.h"

using countd::shard::LogGate;
using countd::shard::Upkeep;
using countd::test::Simulation;

namespace {

struct Emitted final : countd::storage::EntrySink {
  void emit(int, std::string_view key, const countd::storage::ValueView&,
            countd::storage::Millis) override {
    twice |= !keys.insert(std::string(key)).second;
  }
  std::set<std::string> keys;
  bool twice = false;
};

// One shard with its upkeep, and time that passes only when it is told to.
struct Home {
  Home()
      : upkeep(simulation.threads[0].turn, simulation.threads[0].executor, simulation.shared, 0) {}

  void fill(int keys, const std::string& options = "") {
    for (int i = 0; i < keys; ++i) {
      simulation.call(caller, "SET key" + std::to_string(i) + " v" + options);
    }
  }
  void pass(std::int64_t milliseconds) {
    simulation.clock.now_ms += milliseconds;
    simulation.clock.now_ns += milliseconds * 1'000'000;
    simulation.threads[0].executor.begin_turn(simulation.options, simulation.clock.now_ms);
  }
  countd::storage::Keyspace& keys() { return *simulation.slices[0].keys; }

  Simulation simulation{1};
  countd::test::Caller& caller = simulation.add_caller(0);
  Upkeep upkeep;
};

struct FrameReader final : countd::journal::Reader {
  void take(const countd::journal::FramePointer&) override { ++frames; }
  [[nodiscard]] bool ready() const override { return true; }
  int frames = 0;
};

// How long the walk of a snapshot rests after its first slice, when `before` came first.
int rest_ms(const std::function<void(Home&)>& before) {
  Home home;
  home.fill(5000);
  Emitted emitted;
  home.keys().begin_snapshot(emitted);
  home.upkeep.begin_snapshot({[] { return std::size_t{0}; }, [] {}});
  before(home);
  home.simulation.clock.step_ns = 60'000;
  home.upkeep.run(false);
  const auto first = emitted.keys.size();
  int passed = 0;
  while (emitted.keys.size() == first) {
    home.pass(1);
    home.upkeep.run(false);
    REQUIRE(++passed < 1000);
  }
  home.keys().abandon_snapshot();
  return passed;
}

}  // namespace

TEST_CASE("expired entries go without anybody looking, ten times a second") {
  Home home;
  home.fill(100, " PX 1000");
  home.upkeep.run(true);
  CHECK(home.keys().size(0) == 100);
  CHECK(home.upkeep.next_ms() == 100);
  home.pass(1001);
  while (home.upkeep.run(true)) {
  }
  CHECK(home.keys().size(0) == 0);
  CHECK(home.simulation.shared.published[0].sizes()[0].keys.get() == 0);
  CHECK(home.simulation.shared.published[0].expired.get() == 100);
}

TEST_CASE("one piece is bounded; an idle thread goes on at once, a busy one at the next tick") {
  Home home;
  home.fill(3000, " PX 1000");
  home.pass(1001);
  const bool more = home.upkeep.run(true);
  CHECK(more);
  CHECK(home.keys().size(0) > 1000);
  const auto left = home.keys().size(0);
  CHECK_FALSE(home.upkeep.run(false));
  CHECK(home.keys().size(0) == left);
  home.upkeep.run(true);
  CHECK(home.keys().size(0) < left);
}

TEST_CASE("active expiry can be turned off") {
  Home home;
  home.fill(10, " PX 1000");
  home.upkeep.set_active_expire(false);
  home.pass(2000);
  home.upkeep.run(true);
  CHECK(home.keys().size(0) == 10);
  home.upkeep.set_active_expire(true);
  home.pass(100);
  home.upkeep.run(true);
  CHECK(home.keys().size(0) == 0);
}

TEST_CASE("memory that CONFIG SET has taken away is paid back without a request") {
  Home home;
  home.fill(2000);
  home.simulation.options.maxmemory = home.keys().memory_bytes() / 2;
  home.simulation.options.maxmemory_policy = countd::storage::EvictionPolicy::kAllKeysRandom;
  home.pass(100);
  home.upkeep.run(true);
  CHECK(home.keys().counters().evicted > 0);
}

TEST_CASE("eviction is bounded too; a busy thread rests in between, and does not sleep on it") {
  Home home;
  home.fill(4000);
  home.simulation.options.maxmemory = home.keys().memory_bytes() / 2;
  home.simulation.options.maxmemory_policy = countd::storage::EvictionPolicy::kAllKeysRandom;
  home.simulation.clock.step_ns = 60'000;  // a slice is over at the second look at the clock
  home.pass(100);
  const auto evicted = [&] { return home.keys().counters().evicted; };
  home.upkeep.run(false);
  const auto first = evicted();
  CHECK(first > 0);
  CHECK(first < 500);
  CHECK(home.upkeep.next_ms() == 1);
  home.simulation.clock.step_ns = 0;
  home.upkeep.run(false);  // it rests
  CHECK(evicted() == first);
  home.pass(1);
  home.upkeep.run(false);
  CHECK(evicted() > first);
  CHECK(home.keys().memory_bytes() <= home.simulation.options.maxmemory);
  CHECK(home.simulation.shared.published[0].evicted.get() == evicted());
  CHECK(home.upkeep.next_ms() > 1);
}

TEST_CASE("a snapshot is walked to its end, every entry once, and says that it is over") {
  for (const bool idle : {true, false}) {
    Home home;
    home.fill(5000);
    Emitted emitted;
    int finished = 0;
    home.simulation.clock.step_ns = 60'000;  // a slice is over at the second look at the clock
    home.keys().begin_snapshot(emitted);
    home.upkeep.begin_snapshot({[] { return std::size_t{0}; }, [&] { ++finished; }});
    CHECK(home.upkeep.snapshot_running());
    CHECK(home.upkeep.next_ms() == 1);
    int rounds = 0;
    while (home.upkeep.snapshot_running()) {
      home.upkeep.run(idle);
      home.pass(1);
      REQUIRE(++rounds < 1000);
    }
    CHECK(finished == 1);
    CHECK(emitted.keys.size() == 5000);
    CHECK_FALSE(emitted.twice);
    CHECK(rounds > 5);
    CHECK_FALSE(home.keys().snapshot_running());
  }
}

TEST_CASE("under load the walk rests; while too much waits for the disk it stands still") {
  Home home;
  home.fill(5000);
  Emitted emitted;
  std::size_t queued = 0;
  home.keys().begin_snapshot(emitted);
  home.upkeep.begin_snapshot({[&] { return queued; }, [] {}});
  home.simulation.clock.step_ns = 60'000;
  home.upkeep.run(false);
  const auto first = emitted.keys.size();
  CHECK(first > 0);
  CHECK(first < 5000);
  home.upkeep.run(false);  // it rests
  CHECK(emitted.keys.size() == first);
  home.pass(10);
  home.upkeep.run(false);
  const auto second = emitted.keys.size();
  CHECK(second > first);
  queued = countd::shard::kMaxQueuedBytes + 1;
  home.pass(10);
  CHECK_FALSE(home.upkeep.run(true));
  CHECK(emitted.keys.size() == second);
  home.keys().abandon_snapshot();
}

TEST_CASE("while writes emit most of a snapshot, or a frame is due, its walk rests for longer") {
  const auto quiet = rest_ms([](Home&) {});
  CHECK(rest_ms([](Home& home) { home.fill(2000); }) > quiet);
  FrameReader reader;
  LogGate log{1, /*small_cut=*/0};
  log.journal().attach(reader);
  const auto beside_a_frame = rest_ms([&](Home& home) {
    countd::storage::Keyspace* const shards[] = {&home.keys()};
    log.journal().begin(shards, 1);
    home.simulation.shared.log = &log;
    home.keys().set(home.keys().key("other", 0), std::int64_t{1});
    log.journal().note(home.keys());
    log.journal().cut(shards, home.simulation.clock.now_ms, [] {});
    REQUIRE(log.journal().part_open(0));
  });
  CHECK(reader.frames == 1);
  CHECK(beside_a_frame > quiet);
}
