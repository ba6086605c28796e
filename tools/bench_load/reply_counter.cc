// A reply ends with its line, with its bulk, or with the last of its items.
#include "tools/bench_load/reply_counter.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace countd::load {

std::uint64_t ReplyCounter::feed(std::string_view bytes) {
  std::uint64_t complete = 0;
  while (!bytes.empty()) {
    if (skip_ > 0) {
      const auto taken = std::min<std::uint64_t>(skip_, bytes.size());
      skip_ -= taken;
      bytes.remove_prefix(taken);
      if (skip_ == 0) complete += nested_ > 0 ? --nested_ == 0 : 1;
      continue;
    }
    if (type_ == 0) {
      type_ = bytes.front();
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find('\n');
    line_ += bytes.substr(0, std::min(end, bytes.size()));
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
    complete += end_of_line();
  }
  return complete;
}

std::uint64_t ReplyCounter::end_of_line() {
  std::int64_t number = 0;
  std::from_chars(line_.data(), line_.data() + line_.size(), number);
  const char type = std::exchange(type_, 0);
  if (type == '-') {
    if (errors_++ == 0) first_error_ = line_.substr(0, line_.size() - 1);
  }
  line_.clear();
  if ((type == '$' || type == '=') && number >= 0) {
    skip_ = static_cast<std::uint64_t>(number) + 2;
    return 0;
  }
  if ((type == '*' || type == '~' || type == '%') && number > 0) {
    // The aggregate itself is one of its parent's items; what it holds takes its place.
    const auto items = static_cast<std::uint64_t>(type == '%' ? number * 2 : number);
    nested_ += items - (nested_ > 0 ? 1 : 0);
    return 0;
  }
  if (nested_ > 0) return --nested_ == 0 ? 1 : 0;
  return 1;
}

}  // namespace countd::load
