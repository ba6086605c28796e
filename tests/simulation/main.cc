// countd-simulation --seed N [--seeds M]: plays M seeds from N on and says which went wrong. A seed
// plays the same in every run.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/simulation/run.h"

namespace {

using countd::test::Outcome;
using countd::test::Tally;

void add(Tally& sum, const Tally& one) {
  sum.lives += one.lives;
  sum.requests += one.requests;
  sum.withheld += one.withheld;
  sum.closed += one.closed;
  sum.cuts += one.cuts;
  sum.power_losses += one.power_losses;
  sum.rewrites += one.rewrites;
  sum.failed_rewrites += one.failed_rewrites;
  sum.failures += one.failures;
  sum.recoveries += one.recoveries;
  sum.snapshots += one.snapshots;
  sum.sync_marks += one.sync_marks;
  sum.switched_on += one.switched_on;
  sum.switched_off += one.switched_off;
  sum.last_bases += one.last_bases;
  sum.nested_turns += one.nested_turns;
}

void print(const Tally& tally) {
  const auto line = [](const char* what, std::uint64_t count) {
    std::printf("%12llu %s\n", static_cast<unsigned long long>(count), what);
  };
  line("lives", tally.lives);
  line("losses of power", tally.power_losses);
  line("requests", tally.requests);
  line("waves whose replies were withheld", tally.withheld);
  line("connections closed by a failed log", tally.closed);
  line("cuts", tally.cuts);
  line("rewrites", tally.rewrites);
  line("failed rewrites", tally.failed_rewrites);
  line("failures of the log", tally.failures);
  line("recoveries from them", tally.recoveries);
  line("snapshots", tally.snapshots);
  line("starts after a failed sync of the log", tally.sync_marks);
  line("times the log was switched on", tally.switched_on);
  line("starts from a log that was switched off", tally.switched_off);
  line("bases written at the end for an incomplete log", tally.last_bases);
  line("turns within another's turn", tally.nested_turns);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
  }
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  Tally sum;
  std::uint64_t wrong = 0;
  for (std::uint64_t last = seed + seeds; seed < last; ++seed) {
    const Outcome outcome = countd::test::run(countd::test::plan_of(seed));
    add(sum, outcome.tally);
    if (outcome.problem.empty()) continue;
    ++wrong;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), outcome.problem.c_str());
  }
  print(sum);
  std::printf("%llu of %llu seeds went wrong, %.1f seconds\n",
              static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(seeds),
              std::chrono::duration<double>(Clock::now() - began).count());
  return wrong == 0 ? 0 : 1;
}
