#include "tests/simulation/run.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace countd;
using test::Planted;
using test::run;

namespace {

constexpr std::uint64_t kSeeds = 1000;

/// The first seed that finds the bug, or 0; `problem` says how it shows.
std::uint64_t first_to_find(Planted planted, std::string& problem) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    problem = run(test::plan_of(seed, planted)).problem;
    if (!problem.empty()) return seed;
  }
  return 0;
}

void check_found(Planted planted) {
  std::string problem;
  const std::uint64_t seed = first_to_find(planted, problem);
  CHECK(seed != 0);
  MESSAGE("seed ", seed, ": ", problem);
  // It is the planted bug that the seed finds, and it does so again.
  CHECK(run(test::plan_of(seed)).problem == "");
  CHECK(run(test::plan_of(seed, planted)).problem == problem);
}

}  // namespace

TEST_CASE("a seed plays the same in every run") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CHECK(run(test::plan_of(seed)).fingerprint == run(test::plan_of(seed)).fingerprint);
  }
}

TEST_CASE("the seeds reach what they should") {
  test::Tally sum;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto tally = run(test::plan_of(seed)).tally;
    sum.power_losses += tally.power_losses;
    sum.withheld += tally.withheld;
    sum.closed += tally.closed;
    sum.rewrites += tally.rewrites;
    sum.failures += tally.failures;
    sum.recoveries += tally.recoveries;
    sum.snapshots += tally.snapshots;
    sum.sync_marks += tally.sync_marks;
    sum.switched_on += tally.switched_on;
    sum.switched_off += tally.switched_off;
    sum.last_bases += tally.last_bases;
    sum.nested_turns += tally.nested_turns;
  }
  CHECK(sum.power_losses > 100);
  CHECK(sum.withheld > 1000);
  CHECK(sum.closed > 10);
  CHECK(sum.rewrites > 100);
  CHECK(sum.failures > 50);
  CHECK(sum.recoveries > 10);
  CHECK(sum.snapshots > 100);
  CHECK(sum.sync_marks > 2);
  CHECK(sum.switched_on > 5);
  CHECK(sum.switched_off > 2);
  CHECK(sum.last_bases > 2);
  CHECK(sum.nested_turns > 1000);
}

TEST_CASE("planted: a skipped fsync is found") { check_found(Planted::kLyingSyncs); }

TEST_CASE("planted: a skipped fsync of directories is found") {
  check_found(Planted::kLyingDirectorySyncs);
}

TEST_CASE("planted: a manifest that names a base which has not been synced is found") {
  check_found(Planted::kUnsyncedBase);
}

TEST_CASE("planted: an entry whose old state is lost to a snapshot is found") {
  check_found(Planted::kDroppedOldStates);
}

TEST_CASE("planted: an entry whose old state is lost to a cut of the log is found") {
  check_found(Planted::kDroppedLogStates);
}

TEST_CASE("planted: a failed sync that the next process does not know of is found") {
  check_found(Planted::kLostSyncMarks);
}

TEST_CASE("planted: replies that do not wait for the log are found") {
  check_found(Planted::kEarlyReplies);
}
