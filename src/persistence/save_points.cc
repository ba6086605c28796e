#include "persistence/save_points.h"

#include <algorithm>

namespace countd::persistence {

bool save_due(std::span<const config::SavePoint> points, const SaveHistory& history,
              std::uint64_t changes, std::int64_t now) {
  if (history.last_failed && now - history.last_attempt <= kRetryDelay) return false;
  return std::any_of(points.begin(), points.end(), [&](const config::SavePoint& point) {
    return changes >= static_cast<std::uint64_t>(point.changes) &&
           now - history.last_success > point.seconds;
  });
}

}  // namespace countd::persistence
