// Which increments of this turn can still be joined: key hash -> item. A turn (or a barrier)
// forgets everything by counting its stamp up; a slot that another key takes over only ends a
// group early, which costs nothing but the fold.
#pragma once

#include <array>
#include <cstdint>

namespace countd::shard {

class FoldTable {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t stamp = 0;
    std::uint32_t item = 0;  // index in the batch of `shard`
    std::uint32_t shard = 0;
  };

  /// The open entry of `hash`, or null.
  Entry* find(std::uint64_t hash) {
    Entry& entry = entries_[slot(hash)];
    return entry.stamp == stamp_ && entry.hash == hash ? &entry : nullptr;
  }
  void open(std::uint64_t hash, std::uint32_t shard, std::uint32_t item) {
    entries_[slot(hash)] = {hash, stamp_, item, shard};
    any_ = true;
  }
  /// Another command wants the key: later increments must not be joined to earlier ones.
  void close(std::uint64_t hash) {
    if (!any_) return;
    if (Entry* const entry = find(hash)) entry->stamp = 0;
  }
  void close_all() {
    if (!any_) return;
    any_ = false;
    if (++stamp_ == 0) {
      entries_.fill({});
      stamp_ = 1;
    }
  }

 private:
  static constexpr std::size_t kEntries = 1024;
  static std::size_t slot(std::uint64_t hash) { return hash & (kEntries - 1); }

  std::array<Entry, kEntries> entries_{};
  std::uint32_t stamp_ = 1;
  bool any_ = false;
};

}  // namespace countd::shard
