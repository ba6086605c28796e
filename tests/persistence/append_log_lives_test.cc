// The append log through many lives: whatever crashes and faults do, what is loaded is the state of
// a cut, and of none before the last that was reported durable.
#include <doctest/doctest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

#include "tests/persistence/log_lives.h"
#include "tests/support/sanitizers.h"

using namespace countd;
using persistence::LogSync;
using test::CrashDisk;
using test::lives_target;
using test::LogLives;
using Operation = test::CrashDisk::Operation;

namespace {

/// A fixed script that touches everything: frames, a rewrite, frames behind it.
void run_script(LogLives& lives) {
  for (int i = 0; i < 4; ++i) lives.cut(), lives.drain();
  lives.rewrite();
  lives.cut();
  lives.cut();
  lives.drain();
}

/// Errors of a disk that comes and goes: `period` operations good, as many bad ones in part.
void make_unreliable(CrashDisk& disk, std::shared_ptr<storage::Random> random) {
  disk.fault = [random, bad = false, left = std::uint64_t{40}](Operation, const auto&) mutable {
    if (left-- == 0) {
      bad = !bad;
      left = random->below(40);
    }
    if (!bad || random->below(4) != 0) return 0;
    return random->below(2) == 0 ? EIO : ENOSPC;
  };
}

/// Several lives with random work, faults, crashes and restarts; what was wrong, or "".
struct Outcome {
  std::string problem;
  int failures = 0;
  int recoveries = 0;
  int rewrites = 0;
};
Outcome live(CrashDisk& disk, std::uint64_t seed, const LogLives::Plan& plan, bool unreliable) {
  const auto random = std::make_shared<storage::Random>(seed);
  LogLives lives{disk, seed + 1, plan};
  for (int life = 0; life < 6; ++life) {
    disk.fault = nullptr;
    disk.longest_write = random->below(2) == 0 ? 100 : 1 << 20;
    disk.crash_at(random->below(3) == 0 ? disk.operations() + 1 + random->below(40) : 0);
    const bool begun = lives.begin();
    if (!begun && !disk.down()) break;
    bool suspect = false;
    if (begun) {
      if (unreliable && random->below(2) == 0) make_unreliable(disk, random), suspect = true;
      lives.act(static_cast<int>(random->below(150)));
      if (random->below(2) == 0) {
        disk.fault = nullptr;
        if (!disk.down()) lives.recover();
        lives.act(static_cast<int>(random->below(30)));
      }
    }
    // Only the page cache would be left of what a failed sync lost: a crash shows the truth.
    if (!disk.down() && !suspect && random->below(3) == 0) {
      disk.end_process();
      continue;
    }
    disk.crash_at(0);
    if (!disk.down()) disk.crash();
    disk.power_on();
  }
  return {lives.problem, lives.failures, lives.recoveries, lives.rewrites};
}

/// How many of these seeds find something wrong.
int found(int seeds, const LogLives::Plan& plan, const std::function<void(CrashDisk&)>& plant) {
  int wrong = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    plant(disk);
    if (!live(disk, static_cast<std::uint64_t>(seed), plan, false).problem.empty()) ++wrong;
  }
  return wrong;
}

constexpr int kSeeds = test::random_runs(400);

/// None, less than a frame, less than a sector, several.
std::uint64_t room_of(std::uint64_t seed) {
  constexpr std::uint64_t kRooms[] = {0, 64, 500, 3000};
  return kRooms[seed / 2 % 4];
}

}  // namespace

TEST_CASE("a crash at any operation leaves a log that has everything durable") {
  LogLives::Plan plan;
  SUBCASE("without room") {}
  SUBCASE("with room") { plan.policy.sync = LogSync::kAlways, plan.policy.room = 600; }
  CrashDisk whole{1};
  LogLives counted{whole, 5, plan};
  REQUIRE(counted.begin());
  run_script(counted);
  const std::uint64_t operations = whole.operations();
  CHECK(operations > 50);
  for (std::uint64_t k = 1; k <= operations; ++k) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      CAPTURE(k);
      CAPTURE(seed);
      CrashDisk disk{seed * 1000 + k};
      disk.crash_at(k);
      LogLives lives{disk, 5, plan};
      if (lives.begin()) run_script(lives);
      disk.crash_at(0);
      if (!disk.down()) disk.crash();
      disk.power_on();
      REQUIRE_MESSAGE(lives.begin(), lives.problem);
      lives.rewrite();
      REQUIRE(disk.list(lives_target().directory)->size() == 4);  // with manifest and lock
    }
  }
}

TEST_CASE("lives with rewrites, crashes and restarts lose nothing that was durable") {
  int rewrites = 0;
  for (const LogSync sync : {LogSync::kAlways, LogSync::kEverySecond}) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      CAPTURE(seed);
      CrashDisk disk{seed};
      LogLives::Plan plan;
      plan.policy.sync = sync;
      plan.policy.timestamps = seed % 2 == 0;
      plan.policy.room = room_of(seed);
      const Outcome outcome = live(disk, seed, plan, false);
      REQUIRE(outcome.problem == "");
      rewrites += outcome.rewrites;
    }
  }
  CHECK(rewrites > kSeeds);
}

TEST_CASE("on a disk that fails now and then, what is loaded is still a cut, and a durable one") {
  Outcome sum;
  for (std::uint64_t seed = 0; seed < 2 * kSeeds; ++seed) {
    CAPTURE(seed);
    CrashDisk disk{seed};
    LogLives::Plan plan;
    plan.policy.sync = LogSync::kAlways;
    plan.policy.room = room_of(seed);
    const Outcome outcome = live(disk, seed, plan, true);
    REQUIRE(outcome.problem == "");
    sum.failures += outcome.failures;
    sum.recoveries += outcome.recoveries;
    sum.rewrites += outcome.rewrites;
  }
  CHECK(sum.failures > kSeeds);
  CHECK(sum.recoveries > kSeeds / 4);
  CHECK(sum.rewrites > kSeeds);
}

TEST_CASE("without syncs, a disk that keeps order still leaves a cut") {
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    CAPTURE(seed);
    CrashDisk disk{seed, CrashDisk::Tear::kPrefix};
    LogLives::Plan plan;
    plan.policy.sync = LogSync::kNo;
    plan.durable_counts = false;
    REQUIRE(live(disk, seed, plan, false).problem == "");
  }
}

TEST_CASE("the lives find a sync that is left out, of files or of directories") {
  CHECK(found(100, {}, [](CrashDisk& disk) { disk.syncs_lie = true; }) > 10);
  CHECK(found(100, {}, [](CrashDisk& disk) { disk.directory_syncs_lie = true; }) > 10);
}

TEST_CASE("the lives find a base that is published before it is synced") {
  LogLives::Plan plan;
  plan.base_unsynced = true;
  CHECK(found(100, plan, [](CrashDisk&) {}) > 5);
}
