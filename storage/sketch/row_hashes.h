// MurmurHash2 of one item under eight neighbouring seeds at once: the columns of eight rows of a
// Count-Min Sketch. The words of the item are mixed once for all rows; with AVX2 the rows are the
// lanes of one register. Both paths give the same bits.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace countd::storage {

inline constexpr std::uint32_t kRowsAtOnce = 8;
using RowHashes = std::array<std::uint32_t, kRowsAtOnce>;

/// hashes[i] = murmur_hash_2(item, first_row + i), by the fastest path of this machine.
void hash_rows(std::string_view item, std::uint32_t first_row, RowHashes& hashes);

/// As hash_rows, without any instruction that not every machine has.
void hash_rows_portable(std::string_view item, std::uint32_t first_row, RowHashes& hashes);

}  // namespace countd::storage
