#include "storage/keyspace/directory.h"

#include <algorithm>

#include "storage/base/assert.h"

namespace countd::storage {

Directory::Directory(Segment* segment) : entries_(std::make_unique_for_overwrite<Entry[]>(2)) {
  entries_[0] = entries_[1] = Entry{segment};
}

Directory::Entry Directory::at_while_growing(std::size_t index) const {
  return filled_[index / kChunk] ? entries_[index] : old_[index / 2];
}

void Directory::set(std::uint64_t hash, unsigned depth, Segment* segment) {
  ASSERT(depth <= this->depth());
  const std::size_t count = std::size_t{1} << (this->depth() - depth);
  const std::size_t first = (hash >> shift_) & ~(count - 1);
  if (old_ != nullptr) {
    for (std::size_t chunk = first / kChunk; chunk <= (first + count - 1) / kChunk; ++chunk) {
      fill(chunk);
    }
  }
  for (std::size_t index = first; index < first + count; ++index) entries_[index] = Entry{segment};
}

void Directory::grow() {
  ASSERT(depth() < kMaxDepth);
  if (old_ != nullptr) finish();
  const std::size_t size = std::size_t{1} << (depth() + 1);
  old_ = std::move(entries_);
  entries_ = std::make_unique_for_overwrite<Entry[]>(size);
  --shift_;
  filled_.assign((size + kChunk - 1) / kChunk, false);
  next_chunk_ = 0;
  if (filled_.size() <= 2) finish();
}

void Directory::fill(std::size_t chunk) {
  if (filled_[chunk]) return;
  filled_[chunk] = true;
  const std::size_t end = std::min((chunk + 1) * kChunk, std::size_t{1} << depth());
  for (std::size_t index = chunk * kChunk; index < end; ++index) entries_[index] = old_[index / 2];
  copied_ += end - chunk * kChunk;
}

void Directory::fill_next() {
  fill(next_chunk_++);
  if (next_chunk_ == filled_.size()) finish();
}

void Directory::finish() {
  for (std::size_t chunk = next_chunk_; chunk < filled_.size(); ++chunk) fill(chunk);
  filled_.clear();
  old_.reset();
}

std::size_t Directory::memory_bytes() const {
  const std::size_t size = (std::size_t{1} << depth()) * sizeof(Entry);
  return old_ == nullptr ? size : size + size / 2;
}

}  // namespace countd::storage
