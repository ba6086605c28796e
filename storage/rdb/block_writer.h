// Packs the entries of a snapshot into blocks: pieces of an RDB file that stand for themselves.
//
// A block begins with its database (FE db) and holds entries of no other, so blocks of all
// shards may follow each other in any order, and a loader may decode any block on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/keyspace/effects.h"
#include "storage/rdb/encoder.h"

namespace countd::storage::rdb {

struct Block {
  std::unique_ptr<char[]> memory;
  std::size_t size = 0;
  std::uint64_t crc = 0;
  std::uint64_t entries = 0;
  int db = 0;

  [[nodiscard]] std::string_view bytes() const { return {memory.get(), size}; }
};

struct BlockOptions {
  std::size_t size = 256 << 10;  // a block is handed over when it has reached this size
  bool compress = true;          // LZF for strings that gain by it
};

class BlockWriter final : public EntrySink {
 public:
  using Finished = std::function<void(Block)>;

  /// `finished` takes each full block, on the thread that emits.
  BlockWriter(const BlockOptions& options, Finished finished);

  void emit(int db, std::string_view key, const ValueView& value, Millis expiry) override;
  /// Hands over the blocks that are not full; to be called once the snapshot is complete.
  void flush();

 private:
  struct Open {
    Encoder bytes;
    std::uint64_t entries = 0;
    bool was_full = false;  // its predecessor was: memory for a whole block is taken at once
  };

  Open& open_block(int db);
  void hand_over(int db, Open& open);

  BlockOptions options_;
  Finished finished_;
  std::vector<Open> open_;  // by database
};

}  // namespace countd::storage::rdb
