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
//
// With *room* the file is longer than what has been written to it: blank lines stand behind the
// last frame and the next frames replace them, so that a sync has no new length to record, which
// costs a file system with a journal more than the bytes do.
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
  /// Room is made from now on, `bytes` of it (an even number) behind each frame that found too
  /// little; 0: none, and what there is is cut off. True: it was, and the file's new length is not
  /// durable before the next sync: until then a crash may leave any other. REQUIRES, while there is
  /// room: each frame is synced before the next is written. Otherwise a crash may leave a later one
  /// whole and an earlier one torn.
  bool set_room(std::uint64_t bytes);
  /// Writes one frame whole. After a failure the file ends in a torn frame and must be given up.
  DiskStatus append(const Frame& frame, bool timestamp);
  /// Everything appended is durable when it returns. After a failure the file must be given up.
  DiskStatus sync();
  /// What the file has now, without its room.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  DiskStatus put(std::string_view bytes);
  DiskStatus flush();
  void make_room();

  std::unique_ptr<File> file_;
  std::uint64_t bytes_ = 0;
  std::uint64_t room_ = 0;      // how much is made at a time; 0: none
  std::uint64_t room_end_ = 0;  // where what was made last ends
  std::string pending_;         // of the frame being written, what has not been handed to the file
};

}  // namespace countd::storage::log
