// How long calls took: counts in buckets that grow with the time.
//
// Eight buckets to each doubling, so what is read back is at most an eighth too high. Bucket b
// below 8 is b nanoseconds; above, b = 8 * (e - 2) + m stands for times whose highest bit is e and
// whose next three bits are m.
//
//   1,000 ns = 1111101000b: e = 9, m = 111b = 7, bucket 63: 960 to 1,023 ns
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "metrics/counter.h"

namespace countd::metrics {

class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = 8 * 35;  // the last: from 64 s on

  static std::size_t bucket_of(std::uint64_t nanoseconds);
  /// The greatest time of a bucket.
  static std::uint64_t nanoseconds_of(std::size_t bucket);

  /// `calls` calls of so long each. One thread.
  void record(std::uint64_t nanoseconds, std::uint64_t calls) {
    counts_[bucket_of(nanoseconds)].add(calls);
  }
  /// Adds this histogram's counts to `sums`. Any thread.
  void add_to(std::span<std::uint64_t, kBuckets> sums) const;

 private:
  std::array<Counter, kBuckets> counts_;
};

/// A histogram that takes memory from the first call on.
class Latencies {
 public:
  Latencies() = default;
  Latencies(const Latencies&) = delete;
  Latencies& operator=(const Latencies&) = delete;
  ~Latencies() { delete histogram_.load(); }

  void record(std::uint64_t nanoseconds, std::uint64_t calls) {
    auto* histogram = histogram_.load(std::memory_order_relaxed);
    if (histogram == nullptr) [[unlikely]]
      histogram_.store(histogram = new LatencyHistogram, std::memory_order_release);
    histogram->record(nanoseconds, calls);
  }
  /// Null before the first call. Any thread.
  [[nodiscard]] const LatencyHistogram* histogram() const {
    return histogram_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<LatencyHistogram*> histogram_{nullptr};
};

/// The time, in microseconds, that `percentile` (0 to 100) percent of the calls did not exceed.
/// 0 without calls.
double percentile_micros(std::span<const std::uint64_t> counts, double percentile);

}  // namespace countd::metrics
