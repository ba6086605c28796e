#include "metrics/latency_histogram.h"

#include <doctest/doctest.h>

#include <vector>

using countd::metrics::Latencies;
using countd::metrics::LatencyHistogram;
using countd::metrics::percentile_micros;

namespace {

std::vector<std::uint64_t> counts_of(const Latencies& latencies) {
  std::vector<std::uint64_t> counts(LatencyHistogram::kBuckets);
  if (const auto* histogram = latencies.histogram()) {
    histogram->add_to(std::span<std::uint64_t, LatencyHistogram::kBuckets>(counts));
  }
  return counts;
}

}  // namespace

TEST_CASE("a bucket is at most an eighth wide, and buckets follow one another without a gap") {
  CHECK(LatencyHistogram::bucket_of(1'000) == 63);
  CHECK(LatencyHistogram::nanoseconds_of(63) == 1'023);
  CHECK(LatencyHistogram::nanoseconds_of(62) == 959);
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket + 1 < LatencyHistogram::kBuckets; ++bucket) {
    CAPTURE(bucket);
    const auto most = LatencyHistogram::nanoseconds_of(bucket);
    REQUIRE(LatencyHistogram::bucket_of(below) == bucket);
    REQUIRE(LatencyHistogram::bucket_of(most) == bucket);
    REQUIRE(most - below <= below / 8);
    below = most + 1;
  }
  CHECK(below > 60'000'000'000u);
  CHECK(LatencyHistogram::bucket_of(~std::uint64_t{0}) == LatencyHistogram::kBuckets - 1);
}

TEST_CASE("percentiles are those of the calls, not of the records") {
  Latencies latencies;
  CHECK(latencies.histogram() == nullptr);
  CHECK(percentile_micros(counts_of(latencies), 50) == 0);
  latencies.record(1'000, 98);
  latencies.record(50'000, 1);
  latencies.record(4'000'000, 1);
  const auto counts = counts_of(latencies);
  CHECK(percentile_micros(counts, 0) == doctest::Approx(1.023));
  CHECK(percentile_micros(counts, 50) == doctest::Approx(1.023));
  CHECK(percentile_micros(counts, 98) == doctest::Approx(1.023));
  CHECK(percentile_micros(counts, 99) == doctest::Approx(53.247));
  CHECK(percentile_micros(counts, 99.9) == doctest::Approx(4194.303));
  CHECK(percentile_micros(counts, 100) == doctest::Approx(4194.303));
}
