// The slow log: the last requests that took longer than `slowlog-log-slower-than`, newest first.
// Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countd::metrics {

struct SlowLogEntry {
  std::uint64_t id = 0;
  std::int64_t unix_time = 0;  // seconds
  std::int64_t micros = 0;
  std::vector<std::string> words;
  std::string peer;
  std::string client_name;
};

class SlowLog {
 public:
  /// Keeps at most 32 words of at most 128 bytes each, as Redis does.
  void add(SlowLogEntry entry, std::size_t max_entries);
  /// The newest `count` entries (all if negative).
  [[nodiscard]] std::vector<SlowLogEntry> entries(std::int64_t count) const;
  [[nodiscard]] std::size_t size() const;
  void reset();

  /// Words as the log keeps them: long ones and long lists are cut and say so.
  static std::vector<std::string> shorten(std::span<const std::string_view> words);

 private:
  mutable std::mutex mutex_;
  std::deque<SlowLogEntry> entries_;
  std::uint64_t next_id_ = 0;
};

}  // namespace countd::metrics
