// What many clients saw of one counter, checked in linear time.
//
// Every increment of `delta` that was answered with `value` claims the interval (value - delta,
// value]. If the counter lost nothing, counted nothing twice and went through one order, then
//   - the intervals tile (0, total] exactly: no gap, no overlap;
//   - no increment that began after another had ended got a smaller value. Walking the increments
//     by value, none may have ended before the latest beginning seen so far.
// Where the server was killed, increments that were sent and never answered may or may not have
// counted: gaps are allowed up to their sum.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countd::test {

struct Increment {
  std::int64_t value = 0;
  std::int64_t delta = 0;
  std::uint64_t began = 0;  // any clock that never goes back, the same for all
  std::uint64_t ended = 0;
};

/// What is wrong with one counter's increments, which may come in any order; nullopt: nothing.
/// The counter began at 0; every delta is at least 1. O(total + unanswered).
std::optional<std::string> find_fault(const std::vector<Increment>& increments,
                                      std::int64_t unanswered = 0);

}  // namespace countd::test
