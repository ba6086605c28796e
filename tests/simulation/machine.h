// What outlives a server: the disk, the time, the configuration file, and what was promised.
#pragma once

#include <string>
#include <utility>

#include "config/options.h"
#include "storage/base/random.h"
#include "storage/base/time.h"
#include "tests/persistence/crash_disk.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/promises.h"
#include "tests/simulation/traffic.h"

namespace countd::test {

/// What happened in a run, to see whether the seeds reach what they should.
struct Tally {
  std::uint64_t lives = 0;
  std::uint64_t requests = 0;
  std::uint64_t withheld = 0;
  std::uint64_t closed = 0;  // connections, because of a failure of the log
  std::uint64_t cuts = 0;
  std::uint64_t power_losses = 0;
  std::uint64_t rewrites = 0;
  std::uint64_t failed_rewrites = 0;
  std::uint64_t failures = 0;  // of the log
  std::uint64_t recoveries = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t sync_marks = 0;  // that a start found
  std::uint64_t switched_on = 0;
  std::uint64_t switched_off = 0;  // and started from once more
  std::uint64_t last_bases = 0;    // that the end of a server made of an incomplete log
  std::uint64_t nested_turns = 0;
};

struct Machine {
  explicit Machine(const Plan& a_plan)
      : plan(a_plan),
        random(plan.seed),
        disk(plan.seed + 1, plan.synced ? CrashDisk::Tear::kSectors : CrashDisk::Tear::kPrefix),
        traffic(random, plan.wild) {}

  /// The first problem counts.
  void wrong(std::string text) {
    if (problem.empty()) problem = std::move(text);
  }

  const Plan plan;
  storage::Random random;
  CrashDisk disk;
  Traffic traffic;
  config::Options options;
  storage::Millis now = 1'700'000'000'000;
  storage::Millis latest = now;  // time may have gone back since
  /// A sync of the log has failed: the system's cache shows bytes that it will never bring to the
  /// disk.
  bool cache_lies = false;
  Promises promises;
  Tally tally;
  std::string problem;
};

}  // namespace countd::test
