// From how many registers hold each value to how many distinct elements were seen.
// Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), §4: the
// improved raw estimator, exact at both ends without tables of bias.
//
// The histogram is of integers and the sum runs in one fixed order, so that the estimate is
// Redis's to the last digit.
#pragma once

#include <cstdint>

#include "storage/sketch/hyperloglog_registers.h"

namespace countd::storage::hyperloglog {

/// The number of distinct elements. Values above 51, which no hash gives, are left out, as Redis
/// leaves them out; if nothing else remains the answer is 2^63, the highest bit alone.
std::uint64_t estimate(const Histogram& histogram);

}  // namespace countd::storage::hyperloglog
