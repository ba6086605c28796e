// The outline of an RDB file: whose it is, what its notes say, where its parts lie, and whether
// its checksum holds.
//
// A file with a block index can be decoded in parallel: its CRC is checked at once against the
// index, and each block against its own CRC by whoever decodes it. Any other file is decoded from
// front to back, and checked when its end mark has been found.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/base/assert.h"
#include "storage/rdb/block_index.h"
#include "storage/rdb/entry_reader.h"

namespace countd::storage::rdb {

[[noreturn]] inline void throw_exception_from_error(const FormatError&,
                                                    const boost::source_location&) {
  ASSERT(false && "a FormatResult was used as a value without a look at its error");
  std::abort();
}

template <class T>
using FormatResult = boost::system::result<T, FormatError>;

struct FileLayout {
  int version = 0;
  Vendor vendor = Vendor::kRedis;
  Notes notes;                      // from before the first entry
  std::optional<BlockIndex> index;  // nothing: to be decoded from front to back
  std::uint64_t size_bytes = 0;

  /// For the reader of the whole file, or of one block.
  [[nodiscard]] ReaderOptions reader_options(int databases, bool whole_file) const;
};

/// The magic takes the first bytes of a file; entries and notes follow.
inline constexpr std::uint64_t kMagicBytes = 9;

/// Reads the outline of a whole file. If it has an index, the file's CRC has been checked on the
/// assumption that each block has the CRC that the index says.
FormatResult<FileLayout> read_layout(std::string_view file, int databases);

/// Whether `block` has the CRC that the index says.
std::optional<FormatError> check_block(std::string_view file, const BlockRange& block);

/// For a file decoded from front to back, whose end mark ends at `offset`: whether its CRC, and
/// nothing else, follows and holds.
std::optional<FormatError> check_end(std::string_view file, const FileLayout& layout,
                                     std::uint64_t offset);

}  // namespace countd::storage::rdb
