// A slot for each value: sorting without comparing.
#include "tests/end_to_end/increment_history.h"

#include <algorithm>

namespace countd::test {
namespace {

std::string describe(const Increment& increment) {
  return "the increment to " + std::to_string(increment.value) + " by " +
         std::to_string(increment.delta) + " (" + std::to_string(increment.began) + ".." +
         std::to_string(increment.ended) + ")";
}

}  // namespace

std::optional<std::string> find_fault(const std::vector<Increment>& increments,
                                      std::int64_t unanswered) {
  std::int64_t total = unanswered;
  for (const auto& increment : increments) total += increment.delta;
  std::vector<const Increment*> by_value(static_cast<std::size_t>(total) + 1, nullptr);
  for (const auto& increment : increments) {
    if (increment.value < increment.delta || increment.value > total) {
      return describe(increment) + " is outside 1.." + std::to_string(total);
    }
    auto& slot = by_value[static_cast<std::size_t>(increment.value)];
    if (slot != nullptr) return describe(increment) + " got the value of " + describe(*slot);
    slot = &increment;
  }
  std::int64_t reached = 0;
  const Increment* latest = nullptr;  // began latest, of the smaller values
  for (const auto* increment : by_value) {
    if (increment == nullptr) continue;
    const auto gap = increment->value - increment->delta - reached;
    if (gap < 0 || gap > unanswered) {
      return describe(*increment) + " does not follow on " + std::to_string(reached);
    }
    unanswered -= gap;
    reached = increment->value;
    if (latest != nullptr && increment->ended < latest->began) {
      return describe(*increment) + " had ended before " + describe(*latest) + " began";
    }
    if (latest == nullptr || increment->began > latest->began) latest = increment;
  }
  return std::nullopt;
}

}  // namespace countd::test
