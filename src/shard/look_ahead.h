// Asks for the memory that the next items of a batch will touch while the items before them run: a
// few lines under way at a time hide most of the wait.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "shard/batch.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

/// Below so many items the batch would be over before the first line arrives.
inline constexpr std::size_t kLookAheadMinimum = 4;

/// The key of the first argument, under the hash that the item was given: 0 if it has no key.
inline storage::Key key_of(const Item& item) { return {item.key(), item.hash, item.db}; }

class LookAhead {
 public:
  LookAhead(std::span<Item> items, const storage::Keyspace& keys) : items_(items), keys_(keys) {}

  /// Before the first item runs.
  void begin() const {
    for (const Item& item : items_.first(std::min(kBucket, items_.size()))) fetch_bucket(item);
    for (const Item& item : items_.first(std::min(kRecord, items_.size()))) fetch_record(item);
  }
  /// Before the item at `at` runs: the table's lines of items behind it.
  void fetch(std::size_t at) const {
    if (at + kBucket < items_.size()) fetch_bucket(items_[at + kBucket]);
    if (at + kRecord < items_.size()) fetch_record(items_[at + kRecord]);
    if (at + kObject < items_.size()) fetch_object(items_[at + kObject]);
  }
  /// After `fetch`: calls the row's own hook for an item behind the one at `at`.
  void run_hook(std::size_t at) const {
    if (at + kHook >= items_.size()) return;
    Item& item = items_[at + kHook];
    const auto hook = item.row->prefetch;
    if (hook != nullptr) item.foresight = hook(item.request(), key_of(item), keys_);
  }

 private:
  // How many items ahead.
  static constexpr std::size_t kBucket = 16;
  static constexpr std::size_t kRecord = 8;
  static constexpr std::size_t kObject = 5;
  static constexpr std::size_t kHook = 2;

  // Without a key one line is fetched in vain.
  void fetch_bucket(const Item& item) const { keys_.prefetch_bucket(key_of(item)); }
  void fetch_record(const Item& item) const { keys_.prefetch_record(key_of(item)); }
  void fetch_object(const Item& item) const {
    if ((item.row->flags & commands::kObjectValue) != 0) keys_.prefetch_object(key_of(item));
  }

  std::span<Item> items_;
  const storage::Keyspace& keys_;
};

}  // namespace countd::shard
