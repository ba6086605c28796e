// When a snapshot is due by itself: the option `save <seconds> <changes> …`.
//
// Pure logic: whoever asks brings the time. Seconds are those of any clock that only goes forward.
#pragma once

#include <cstdint>
#include <span>

#include "config/options.h"

namespace countd::persistence {

/// How snapshots went until now.
struct SaveHistory {
  std::int64_t last_success = 0;  // when the last good snapshot began, or the server started
  std::int64_t last_attempt = 0;  // when the last one began, good or not; 0: none yet
  bool last_failed = false;

  void finished(std::int64_t began, bool ok) {
    last_attempt = began;
    last_failed = !ok;
    if (ok) last_success = began;
  }
};

/// After a failure the next attempt waits so long, in seconds, as in Redis.
inline constexpr std::int64_t kRetryDelay = 5;

/// True if some save point is reached: `changes` since the last good snapshot are enough, and
/// more than its seconds have gone by.
bool save_due(std::span<const config::SavePoint> points, const SaveHistory& history,
              std::uint64_t changes, std::int64_t now);

}  // namespace countd::persistence
