// The keyspaces of the shards that one command has checked out.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "storage/base/key.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

/// The cluster slot of a key: CRC16 of its hash tag modulo 16384, as in Redis Cluster.
int key_slot(std::string_view key);
/// The shard of a key among `shards`.
inline int key_shard(std::string_view key, int shards) {
  return shards == 1 ? 0 : key_slot(key) * shards / 16384;
}
/// The shard that a SCAN cursor names (rows with kByCursor); 0 if it names none.
int cursor_shard(std::string_view cursor, int shards);
/// A cursor is the shard's number above the 48 bits of its keyspace's cursor.
inline constexpr int kCursorShardBit = 48;

class CheckedOut {
 public:
  /// One entry a shard of the server, null where the shard is not checked out.
  explicit CheckedOut(std::span<storage::Keyspace* const> shards) : shards_(shards) {}

  /// REQUIRES: the key's shard is checked out.
  [[nodiscard]] storage::Keyspace& of(const storage::Key& key) const {
    return *shards_[shards_.size() == 1 ? 0
                                        : static_cast<std::size_t>(key_shard(
                                              key.bytes, static_cast<int>(shards_.size())))];
  }
  /// All shards of the server; REQUIRES: a row with kAllShards.
  [[nodiscard]] std::span<storage::Keyspace* const> all() const { return shards_; }

 private:
  std::span<storage::Keyspace* const> shards_;
};

}  // namespace countd::commands
