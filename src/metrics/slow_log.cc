#include "metrics/slow_log.h"

#include <algorithm>

namespace countd::metrics {
namespace {

constexpr std::size_t kMaxWords = 32;
constexpr std::size_t kMaxWordBytes = 128;

}  // namespace

void SlowLog::add(SlowLogEntry entry, std::size_t max_entries) {
  const std::lock_guard lock(mutex_);
  entry.id = next_id_++;
  entries_.push_front(std::move(entry));
  if (entries_.size() > max_entries) entries_.resize(max_entries);
}

std::vector<SlowLogEntry> SlowLog::entries(std::int64_t count) const {
  const std::lock_guard lock(mutex_);
  const auto size = static_cast<std::int64_t>(entries_.size());
  const auto taken = count < 0 ? size : std::min(count, size);
  return {entries_.begin(), entries_.begin() + taken};
}

std::size_t SlowLog::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void SlowLog::reset() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

std::vector<std::string> SlowLog::shorten(std::span<const std::string_view> words) {
  std::vector<std::string> kept;
  const std::size_t whole = words.size() > kMaxWords ? kMaxWords - 1 : words.size();
  for (const auto word : words.first(whole)) {
    std::string text(word.substr(0, kMaxWordBytes));
    if (word.size() > kMaxWordBytes) {
      text += "... (" + std::to_string(word.size() - kMaxWordBytes) + " more bytes)";
    }
    kept.push_back(std::move(text));
  }
  if (whole < words.size()) {
    kept.push_back("... (" + std::to_string(words.size() - whole) + " more arguments)");
  }
  return kept;
}

}  // namespace countd::metrics
