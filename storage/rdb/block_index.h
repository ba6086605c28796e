// Where the blocks of our own files lie, so that a loader can decode them on all threads.
//
// Two notes end such a file, before the end mark: "countd-index", one line a block, and
// "countd-index-at", whose value has a fixed size, so that it is found from the file's end:
//
//   FA "countd-index" "131 262200 e9c6d914c4b8d9ca\n…"      offset size crc
//   FA "countd-index-at" "000000000004003b"                 offset of the note above
//   FF crc64
//
// Any other reader passes over both. The blocks follow each other without a gap, from the end of
// the file's head to the first of these notes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countd::storage::rdb {

struct BlockRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t crc = 0;

  bool operator==(const BlockRange&) const = default;
};

struct BlockIndex {
  std::vector<BlockRange> blocks;
  std::uint64_t begin = 0;  // of the first block
  std::uint64_t end = 0;    // of the last one: where the index stands
};

/// Both notes, for a file in which the index will stand at `offset`.
std::string spell_index(const std::vector<BlockRange>& blocks, std::uint64_t offset);

/// The index of a whole file; nothing if it has none or if what it says cannot be true.
std::optional<BlockIndex> find_index(std::string_view file);

}  // namespace countd::storage::rdb
