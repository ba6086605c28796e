#include "metrics/thread_metrics.h"

namespace countd::metrics {

void ErrorCounters::count(std::string_view error) {
  const auto code = error.substr(0, error.find(' '));
  const std::lock_guard lock(mutex_);
  if (const auto found = counts_.find(code); found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < 128) {
    counts_.emplace(code, 1);
  }
}

std::map<std::string, std::uint64_t> ErrorCounters::all() const {
  const std::lock_guard lock(mutex_);
  return {counts_.begin(), counts_.end()};
}

void ErrorCounters::reset() {
  const std::lock_guard lock(mutex_);
  counts_.clear();
}

}  // namespace countd::metrics
