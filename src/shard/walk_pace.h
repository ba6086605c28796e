// How a walk over a keyspace shares its thread with requests: after each slice it rests for so long
// that all its slices together take a given share of the thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace countd::shard {

class WalkPace {
 public:
  /// `percent`: the share, above 0.
  explicit WalkPace(std::int64_t percent) : percent_(percent) {}

  [[nodiscard]] bool due(std::int64_t now_ns) const { return now_ns >= next_ns_; }
  /// Something else has spent `ns` on what the walk is for, or had to go before it.
  void credit(std::int64_t ns) { credit_ns_ += ns; }
  /// A slice that began at `began_ns` has taken `took_ns`. What was credited since the last one
  /// counts like time of the walk, up to three times the slice: it goes on at a quarter of its
  /// share.
  void rest(std::int64_t began_ns, std::int64_t took_ns) {
    const std::int64_t credit = std::min(std::exchange(credit_ns_, 0), 3 * took_ns);
    next_ns_ = began_ns + took_ns + (took_ns + credit) * (100 - percent_) / percent_;
  }
  void start_anew() { next_ns_ = credit_ns_ = 0; }

 private:
  std::int64_t percent_;
  std::int64_t next_ns_ = 0;
  std::int64_t credit_ns_ = 0;
};

}  // namespace countd::shard
