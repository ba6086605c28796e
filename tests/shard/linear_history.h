// Judges what clients saw of one value that only grows: a counter, or a register to which one
// client writes 1, 2, 3 …
//
// Put in the order of their values (a write before the reads of its value), operations must not
// contradict time: none may have ended before one that stands earlier began. For such values this
// is all of linearizability. Besides, what one client did to the key in its own order never goes
// back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace countd::test {

class LinearHistory {
 public:
  struct Interval {
    std::uint64_t began;
    std::uint64_t ended;
  };

  void add(int client, std::int64_t value, bool is_write, Interval when) {
    auto& last = last_seen_[client];
    if (value < last || (is_write && value == last)) {
      wrong_ = "client " + std::to_string(client) + " saw " + std::to_string(value) + " after " +
               std::to_string(last);
    }
    last = value;
    operations_.push_back({value, is_write, when});
  }

  /// Empty, or what is wrong.
  std::string judge() {
    std::ranges::sort(operations_, [](const Operation& a, const Operation& b) {
      return a.value != b.value ? a.value < b.value : a.is_write > b.is_write;
    });
    std::uint64_t latest_beginning = 0;
    for (std::size_t i = 0; i < operations_.size();) {
      // Reads of one value may stand in any order among themselves.
      std::uint64_t latest_here = latest_beginning;
      const auto& first = operations_[i];
      for (; i < operations_.size(); ++i) {
        const auto& operation = operations_[i];
        if (operation.value != first.value || operation.is_write != first.is_write) break;
        if (operation.when.ended < latest_beginning) {
          wrong_ = std::to_string(operation.value) + " was seen before what it follows began";
        }
        latest_here = std::max(latest_here, operation.when.began);
      }
      latest_beginning = latest_here;
    }
    return wrong_;
  }

 private:
  struct Operation {
    std::int64_t value;
    bool is_write;
    Interval when;
  };

  std::vector<Operation> operations_;
  std::map<int, std::int64_t> last_seen_;
  std::string wrong_;
};

}  // namespace countd::test
