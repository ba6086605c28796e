// What the append log is to do, in order: frames to write and turns of a rewrite.
//
// Frames that wait while the disk is busy leave the queue as one frame: whoever runs its commands
// in order comes to the same state, and one sync is enough for all of them (group commit).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

#include "storage/log/frame.h"
#include "storage/log/manifest.h"

namespace countd::persistence {

enum class LogSync : std::uint8_t {
  kAlways,       // each frame is synced; replies wait for it
  kEverySecond,  // each frame is synced; the journal cuts one a second
  kNo,           // when the operating system likes
};

struct LogPolicy {
  LogSync sync = LogSync::kEverySecond;
  bool timestamps = false;  // a #TS: line before each frame
  /// With kAlways, bytes of a file's room (frame_writer.h): an even number.
  std::uint64_t room = 0;
  /// With `rewriting`, frames are not synced, as with kNo.
  bool no_sync_on_rewrite = false;
  bool rewriting = false;

  [[nodiscard]] bool syncs() const {
    return sync != LogSync::kNo && !(no_sync_on_rewrite && rewriting);
  }
  /// A sync a second gains nothing by room, and frames without a sync may not have any.
  [[nodiscard]] std::uint64_t room_now() const {
    return sync == LogSync::kAlways && syncs() ? room : 0;
  }
};

using storage::log::FramePointer;

/// The frames behind it go to a new increment. With a base it is a rewrite's cut: the base will
/// hold everything up to `epoch`. Without one it is the server's start.
struct StartIncrement {
  std::optional<storage::log::LogFile> base;
  std::uint64_t epoch = 0;
};
/// The base of this StartIncrement is complete, in the directory, under its name, and synced.
struct PublishBase {
  storage::log::LogFile base;
};
/// There will be no such base; what there is of it is to be removed.
struct RewriteFailed {
  storage::log::LogFile base;
};
/// Tells when everything before it has been performed; on the log's thread, and must not block it.
struct Milestone {
  std::function<void()> reached;
};
/// Sync what there is; frames that come later are dropped.
struct CloseLog {};

using LogJob = std::variant<FramePointer, StartIncrement, PublishBase, RewriteFailed, LogPolicy,
                            Milestone, CloseLog>;

/// Any thread may push, one pops.
class AppendLogQueue {
 public:
  /// A merged frame has at most so many bytes, unless one alone has more.
  static constexpr std::uint64_t kMergedBytes = 16 << 20;

  void push(LogJob job);
  /// The next job, frames merged; nothing if there is none.
  std::optional<LogJob> pop();
  /// Of all frames that wait: callers pause on it.
  [[nodiscard]] std::uint64_t queued_bytes() const;
  /// Frames that had to wait for the one before.
  [[nodiscard]] std::uint64_t merged_frames() const;

 private:
  /// How many jobs at the front are frames that go together.
  [[nodiscard]] std::size_t frames_to_merge() const;
  FramePointer take_merged(std::size_t count);

  mutable std::mutex mutex_;
  std::deque<LogJob> jobs_;
  std::uint64_t bytes_ = 0;
  std::uint64_t merged_ = 0;
};

}  // namespace countd::persistence
