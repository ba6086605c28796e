// Composes a base of the log from the blocks of a snapshot, as commands: a log file of ours whose
// every frame is one block, and whose last line says that nothing is missing.
//
//   #COUNTD 1
//   #TS:1700000000                                     before the first one: of the cut
//   *1 MULTI  SELECT db  SET … RESTORE …  *1 EXEC      a block
//   #CRC32C:1a2b3c4d 5678 1
//   #END 1                                             the number of frames
//
// Does no input or output, as rdb::FileWriter.
#pragma once

#include <cstdint>
#include <string>

#include "storage/base/time.h"
#include "storage/rdb/block_writer.h"

namespace countd::storage::log {

class BaseWriter {
 public:
  /// The bytes before the first block; `time` is that of the cut. To be called once, first.
  std::string head(Millis time);
  /// The frame that stands for a block, which was written here and is whole.
  std::string frame(const rdb::Block& block);
  /// The bytes behind the last frame.
  std::string tail();

  /// Of what has been composed until now.
  [[nodiscard]] std::uint64_t size_bytes() const { return size_; }

 private:
  Millis time_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace countd::storage::log
