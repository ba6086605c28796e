// One run of the simulator: several lives of a server on one machine, all from one seed.
#pragma once

#include <string>

#include "tests/simulation/machine.h"
#include "tests/simulation/plan.h"

namespace countd::test {

struct Outcome {
  std::string problem;  // empty: everything promised was found
  Tally tally;
  std::string fingerprint;  // of all that happened: two runs of one seed have the same
};

Outcome run(const Plan& plan);

}  // namespace countd::test
