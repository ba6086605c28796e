#include "tracking/reader_table.h"

#include <algorithm>
#include <utility>

#include "storage/base/assert.h"

namespace countd::tracking {

void ReaderTable::remember(std::string_view key, const Reader& reader) {
  auto found = table_.find(key);
  if (found == table_.end()) found = table_.try_emplace(std::string(key)).first;
  auto& readers = found->second;
  const auto at = std::ranges::lower_bound(readers, reader.id, {}, &Reader::id);
  if (at != readers.end() && at->id == reader.id) {
    *at = reader;
    return;
  }
  readers.insert(at, reader);
  ++items_;
}

std::vector<Reader> ReaderTable::take(std::string_view key) {
  const auto found = table_.find(key);
  if (found == table_.end()) return {};
  auto readers = std::move(found->second);
  table_.erase(found);
  items_ -= readers.size();
  return readers;
}

// The table's own order is no chance: it begins with what came last.
ReaderTable::Taken ReaderTable::take_any() {
  ASSERT(!table_.empty());
  const std::size_t buckets = table_.bucket_count();
  std::size_t bucket = random_.next() % buckets;
  while (table_.bucket_size(bucket) == 0) bucket = (bucket + 1) % buckets;
  Taken taken{table_.begin(bucket)->first, {}};
  taken.readers = take(taken.key);
  return taken;
}

void ReaderTable::clear() {
  table_.clear();
  items_ = 0;
}

}  // namespace countd::tracking
