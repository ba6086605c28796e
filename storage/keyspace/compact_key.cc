#include "storage/keyspace/compact_key.h"

#include <charconv>

namespace countd::storage {

std::optional<CompactKey> split_key(std::string_view key) {
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  std::size_t start = key.size();
  while (start > 0 && is_digit(key[start - 1])) {
    if (key.size() - --start > kMaxIdDigits) return std::nullopt;
  }
  if (start == key.size()) return std::nullopt;
  while (key[start] == '0' && start + 1 < key.size()) ++start;
  CompactKey split{.prefix_size = start};
  for (const char digit : key.substr(start)) {
    split.id = split.id * 10 + static_cast<unsigned>(digit - '0');
  }
  return split;
}

std::size_t write_id(std::uint64_t id, char* out) {
  return static_cast<std::size_t>(std::to_chars(out, out + 20, id).ptr - out);
}

}  // namespace countd::storage
