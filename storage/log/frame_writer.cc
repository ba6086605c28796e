#include "storage/log/frame_writer.h"

#include <algorithm>
#include <utility>

#include "storage/base/assert.h"
#include "storage/log/crc32c.h"
#include "storage/log/frame_format.h"

namespace countd::storage::log {
namespace {

/// A piece of this size goes to the file as it is; smaller ones are cheaper to copy than to write.
constexpr std::size_t kLargePiece = 16 * 1024;
/// Small pieces are gathered up to here.
constexpr std::size_t kGathered = 64 * 1024;

/// `bytes`: an even number.
std::string blank_lines(std::size_t bytes) {
  std::string lines;
  lines.reserve(bytes);
  while (lines.size() < bytes) lines += kBlankLine;
  return lines;
}

}  // namespace

FrameWriter::FrameWriter(std::unique_ptr<File> file) : file_(std::move(file)) {
  ASSERT(file_ != nullptr);
}

DiskStatus FrameWriter::begin() {
  ASSERT(bytes_ == 0);
  if (const auto written = file_->write(kHeadLine); !written) return written.error();
  bytes_ = kHeadLine.size();
  return {};
}

DiskStatus FrameWriter::append(const Frame& frame, bool timestamp) {
  ASSERT(bytes_ > 0);
  pending_.clear();
  if (timestamp) append_time_line(pending_, frame.time);
  pending_.append(kMulti);
  const std::uint64_t bytes = pending_.size() + frame.bytes() + kExec.size();
  std::uint32_t crc = crc32c(0, pending_);
  for (const std::string& piece : frame.pieces) {
    crc = crc32c(crc, piece);
    if (const auto put_down = put(piece); !put_down) return put_down.error();
  }
  crc = crc32c(crc, kExec);
  pending_.append(kExec);
  append_frame_end(pending_, crc, bytes, frame.epoch);
  if (room_ > 0 && (bytes_ + pending_.size()) % 2 != 0) pending_.append(kOddBlankLine);
  if (const auto flushed = flush(); !flushed) return flushed.error();
  if (room_ > 0 && bytes_ > room_end_) make_room();
  return {};
}

bool FrameWriter::set_room(std::uint64_t bytes) {
  ASSERT(bytes % 2 == 0);
  room_ = bytes;
  if (room_ > 0 || std::exchange(room_end_, 0) <= bytes_) return false;
  // A file that keeps its room is as good: every reader passes over it.
  return file_->end_here().has_value();
}

/// Where that fails, the frames do without.
void FrameWriter::make_room() {
  room_end_ = bytes_ + room_;
  const std::string blank = blank_lines(kGathered);
  for (std::uint64_t at = bytes_; at < room_end_; at += blank.size()) {
    const std::size_t size = std::min<std::uint64_t>(blank.size(), room_end_ - at);
    if (file_->write_ahead(at, std::string_view{blank}.substr(0, size))) continue;
    set_room(0);
    return;
  }
}

DiskStatus FrameWriter::put(std::string_view bytes) {
  if (bytes.size() < kLargePiece) {
    pending_.append(bytes);
    return pending_.size() < kGathered ? DiskStatus{} : flush();
  }
  if (const auto flushed = flush(); !flushed) return flushed.error();
  if (const auto written = file_->write(bytes); !written) return written.error();
  bytes_ += bytes.size();
  return {};
}

DiskStatus FrameWriter::flush() {
  if (const auto written = file_->write(pending_); !written) return written.error();
  bytes_ += pending_.size();
  pending_.clear();
  return {};
}

DiskStatus FrameWriter::sync() { return file_->sync(); }

}  // namespace countd::storage::log
