// Writes frames to an increment of the log.
//
//   #COUNTD 1                       once, at the top
//   #TS:1700000000                  if timestamps are asked for
//   *1 MULTI … *1 EXEC              one frame
//   #CRC32C:1a2b3c4d 1234 77        its checksum, its bytes and its epoch
//
// Lines end in CR LF. The checksum, in 8 hex digits, covers everything from the end of the frame
// before (or of the head line) to the end of EXEC, and then the figures behind it on its line,
// "1234 77"; the number of bytes counts to the end of EXEC. Redis skips lines that begin with '#'.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/disk/disk.h"
#include "storage/log/frame.h"

namespace countd::storage::log {

class FrameWriter {
 public:
  /// Takes over a file that is empty; nothing is written before `begin`.
  explicit FrameWriter(std::unique_ptr<File> file);

  /// Writes the head line. To be called once, first.
  DiskStatus begin();
  /// Writes one frame whole. After a failure the file ends in a torn frame and must be given up.
  DiskStatus append(const Frame& frame, bool timestamp);
  /// Everything appended is durable when it returns. After a failure the file must be given up.
  DiskStatus sync();
  /// What the file has now.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  DiskStatus put(std::string_view bytes);
  DiskStatus flush();

  std::unique_ptr<File> file_;
  std::uint64_t bytes_ = 0;
  std::string pending_;  // of the frame being written, what has not been handed to the file
};

}  // namespace countd::storage::log
