#include "metrics/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace countd::metrics {
namespace {

constexpr unsigned kMantissaBits = 3;
constexpr std::size_t kPerDoubling = 1u << kMantissaBits;

}  // namespace

std::size_t LatencyHistogram::bucket_of(std::uint64_t nanoseconds) {
  if (nanoseconds < kPerDoubling) return nanoseconds;
  const auto shift = static_cast<unsigned>(std::bit_width(nanoseconds)) - 1 - kMantissaBits;
  // The mantissa keeps its leading one: that is the 8 which the exponent is short of.
  const std::size_t bucket = kPerDoubling * shift + (nanoseconds >> shift);
  return std::min(bucket, kBuckets - 1);
}

std::uint64_t LatencyHistogram::nanoseconds_of(std::size_t bucket) {
  if (bucket < kPerDoubling) return bucket;
  const std::size_t shift = bucket / kPerDoubling - 1;
  const std::uint64_t mantissa = kPerDoubling + bucket % kPerDoubling;
  return ((mantissa + 1) << shift) - 1;
}

void LatencyHistogram::add_to(std::span<std::uint64_t, kBuckets> sums) const {
  for (std::size_t i = 0; i < kBuckets; ++i) sums[i] += counts_[i].get();
}

double percentile_micros(std::span<const std::uint64_t> counts, double percentile) {
  const auto total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (total == 0) return 0;
  const double share = std::ceil(static_cast<double>(total) * percentile / 100);
  const auto rank = std::clamp(static_cast<std::uint64_t>(share), std::uint64_t{1}, total);
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (seen + counts[bucket] < rank) seen += counts[bucket++];
  return static_cast<double>(LatencyHistogram::nanoseconds_of(bucket)) / 1000;
}

}  // namespace countd::metrics
