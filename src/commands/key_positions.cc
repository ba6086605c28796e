// Which words of a request are keys, told from the row alone.
#include "commands/command.h"
#include "storage/base/integer.h"

namespace countd::commands {

namespace {

// The keys that follow their own number: `numkeys key [key …]`.
bool counted_positions(const KeySpec& keys, std::span<const std::string_view> words,
                       std::vector<int>& positions) {
  const auto count_at = static_cast<std::size_t>(keys.count_at);
  if (count_at >= words.size()) return false;
  const auto count = storage::parse_integer(words[count_at]);
  const auto room = static_cast<std::int64_t>(words.size() - count_at - 1);
  if (!count || *count < 0 || *count > room) return false;
  if ((*count - 1) * keys.step >= room) return false;
  for (std::int64_t i = 0; i < *count; ++i) {
    positions.push_back(keys.count_at + 1 + static_cast<int>(i) * keys.step);
  }
  return true;
}

}  // namespace

bool key_positions(const Command& row, std::span<const std::string_view> words,
                   std::vector<int>& positions) {
  const KeySpec& keys = row.keys;
  const auto size = static_cast<int>(words.size());
  if (keys.count_at > 0) {
    if (keys.first > 0) positions.push_back(keys.first);
    return keys.first < size && counted_positions(keys, words, positions);
  }
  if (keys.first == 0) return true;
  const int last = keys.last >= 0 ? keys.last : size + keys.last;
  if (last >= size || last < keys.first) return false;
  for (int at = keys.first; at <= last; at += keys.step) positions.push_back(at);
  return true;
}

}  // namespace countd::commands
