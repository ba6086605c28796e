#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"
#include "tests/persistence/log_lives.h"
#include "tools/check/repair.h"
#include "tools/check/salvage.h"
#include "tools/check/verify.h"

using namespace countd;
using test::state_of;

namespace {

/// Puts what is good in the place of the log; what was left out.
std::string salvage_in_place(test::CrashDisk& disk) {
  const std::string log = test::lives_target().directory;
  const auto target = inspect::find_target(disk, log);
  REQUIRE(target.has_value());
  const auto plan = check::plan_salvage(disk, *target);
  REQUIRE(plan.has_value());
  REQUIRE(check::restore(disk, plan->copies, "good").has_value());
  std::map<std::string, std::string> files;
  for (const auto& name : *disk.list("good")) {
    files[name] = disk.contents("good/" + name);
  }
  disk.vanish(log);
  disk.vanish("good");
  for (const auto& [name, bytes] : files) disk.put(log + "/" + name, bytes);
  return plan->left_out;
}

}  // namespace

TEST_CASE("wherever a log is damaged, the copy has the state of the last frame before it") {
  const test::LogFolder whole;
  const std::size_t cut[] = {whole.all().cuts[0], whole.all().cuts[3]};
  for (const auto* name : {"a.aof.1.incr.aof", "a.aof.2.incr.aof"}) {
    test::LogFolder log;
    const std::string bytes = log.read(name);
    const bool second = std::string_view{name} == "a.aof.2.incr.aof";
    const test::TemporaryFolder outputs;
    for (std::size_t at = cut[0]; at < bytes.size(); at += 23) {
      CAPTURE(name);
      CAPTURE(at);
      log.write(name, bytes);
      log.flip(name, at);
      const auto plan = check::plan_salvage(log.disk, log.target());
      REQUIRE(plan.has_value());
      CHECK(plan->left_out.starts_with(name));
      CHECK((plan->left_out.find("1 files behind") != std::string::npos) == !second);
      const std::string output = (outputs.path() / std::to_string(at)).string();
      REQUIRE(check::restore(log.disk, plan->copies, output).has_value());
      const auto copy = inspect::find_target(log.disk, output);
      REQUIRE(copy.has_value());
      CHECK(check::verify(log.disk, *copy).good());
      // Frames before the flipped byte, in the numbering of both files.
      const std::size_t in_all = second ? at - cut[0] + cut[1] : at;
      std::size_t frames = 0;
      while (log.all().cuts[frames + 1] <= in_all) ++frames;
      CHECK(state_of(log.disk, *copy) == log.all().states[frames]);
    }
  }
}

TEST_CASE("a base that is not good, and what is no log, is refused") {
  test::LogFolder log;
  log.flip("a.aof.1.base.rdb", 40);
  const auto plan = check::plan_salvage(log.disk, log.target());
  REQUIRE(!plan.has_value());
  CHECK(plan.error().what.starts_with("the base is not good: "));
  const auto one = inspect::find_target(log.disk, log.path("a.aof.1.incr.aof"));
  REQUIRE(one.has_value());
  CHECK(!check::plan_salvage(log.disk, *one).has_value());
}

TEST_CASE("where nothing is synced, a loss of power may leave holes: it is said what to do") {
  int refused = 0;
  int left_out = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    test::CrashDisk disk{seed};
    test::LogLives::Plan plan;
    plan.policy.sync = persistence::LogSync::kNo;
    plan.durable_counts = false;
    plan.rewrites =
        false;  // its bases are of commands, which countd-check takes for no base of ours
    test::LogLives lives{disk, seed, plan};
    REQUIRE(lives.begin());
    lives.act(60);
    disk.crash();
    disk.power_on();
    if (lives.begin()) continue;
    ++refused;
    CHECK(lives.problem.find("'countd-check --repair --output") != std::string::npos);
    left_out += salvage_in_place(disk).empty() ? 0 : 1;
    lives.problem.clear();
    REQUIRE_MESSAGE(lives.begin(), lives.problem);
  }
  CHECK(refused > 10);
  CHECK(left_out == refused);
}
