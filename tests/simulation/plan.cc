#include "tests/simulation/plan.h"

#include "storage/base/random.h"

namespace countd::test {

Plan plan_of(std::uint64_t seed, Planted planted) {
  storage::Random random(seed * 7919 + 1);
  Plan plan;
  plan.seed = seed;
  plan.planted = planted;
  plan.shards = static_cast<int>(1 + random.below(4));
  plan.clients = static_cast<int>(1 + random.below(5));
  plan.lives = static_cast<int>(2 + random.below(4));
  plan.interleaved = random.below(4) != 0;
  plan.faults = random.below(2) == 0;
  plan.switches = random.below(2) == 0;
  plan.wild = random.below(2) == 0;
  plan.synced = random.below(2) == 0;
  constexpr std::size_t kSmallCuts[] = {0, 0, 4, 512};
  plan.small_cut = kSmallCuts[random.below(4)];
  plan.slice_entries = 1 + random.below(4);
  if (random.below(3) == 0) plan.longest_write = 16 + random.below(400);
  return plan;
}

}  // namespace countd::test
