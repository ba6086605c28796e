// Composes an RDB file from blocks: says which bytes stand before and behind them.
//
// Does no input or output: the caller writes head, blocks (in the order in which they are added)
// and tail. The file's CRC is combined from those of the parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/rdb/block_index.h"
#include "storage/rdb/block_writer.h"
#include "storage/rdb/entry_reader.h"

namespace countd::storage::rdb {

/// What the notes at the head of a file say.
struct FileFacts {
  std::string redis_version = "7.0.15";  // whose formats are spoken
  std::string countd_version = "0.1.0";
  std::int64_t created_seconds = 0;  // since 1970
  std::uint64_t used_memory_bytes = 0;
  /// With the same seed, entries arrive in the order of the table that loads them.
  std::optional<std::uint64_t> hash_seed;
  std::vector<DatabaseSize> sizes;  // as they were at the cut
};

inline constexpr std::string_view kHashSeedNote = "countd-hash-seed";
inline constexpr std::string_view kVersionNote = "countd-ver";

class FileWriter {
 public:
  /// The bytes before the first block. To be called once, first.
  std::string head(const FileFacts& facts);
  /// Notes that `block` stands behind what was added before.
  void add(const Block& block);
  /// The bytes behind the last block. `checksum` false writes a CRC of 0: "not computed".
  std::string tail(bool checksum);

  /// Of what has been composed until now.
  [[nodiscard]] std::uint64_t size_bytes() const { return size_; }

 private:
  void sum(std::uint64_t crc, std::uint64_t size);

  std::vector<BlockRange> blocks_;
  std::uint64_t size_ = 0;
  std::uint64_t crc_ = 0;
};

/// As 16 hexadecimal digits, and back; nothing if `text` is anything else.
std::string spell_seed(std::uint64_t seed);
std::optional<std::uint64_t> parse_seed(std::string_view text);

}  // namespace countd::storage::rdb
