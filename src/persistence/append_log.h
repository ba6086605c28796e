// The append log on disk: writes the journal's frames, and keeps through every failure and crash a
// set of files from which exactly a prefix of the cuts is loaded.
//
// A state machine without threads and without a clock: jobs are pushed, `step` performs one.
// - The log is *complete* while the files that the manifest names hold every frame until now. A
//   frame is synced before the next is written, so only the last one of the last increment can
//   be torn.
// - After a failed write or sync that file is never touched again and the log is incomplete:
//   frames are dropped until a rewrite's cut begins a *candidate*, an increment that no manifest
//   names. It holds nothing durable until its base is published with it: with the old base it
//   would be a log with a hole.
// - The manifest changes by `publish_manifest` alone, after everything new that it names is
//   durable. What is of no use any more is removed afterwards; where it is not known which
//   manifest a crash would leave, the files of both stay until the next one is durable.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/append_log_queue.h"
#include "persistence/log_manifest.h"
#include "storage/disk/disk.h"
#include "storage/log/frame_writer.h"
#include "storage/log/manifest.h"

namespace countd::persistence {

/// The end of the last file that holds nothing: it is torn, or was room (frame_writer.h).
struct UnusedTail {
  std::string file_name;
  std::uint64_t used_bytes = 0;  // before it
};

/// What is in the directory when the log begins to write.
struct AppendLogStart {
  storage::log::Manifest manifest;
  std::uint64_t bytes = 0;  // of its files
  /// Cut off before anything is written behind it.
  std::optional<UnusedTail> unused_tail;
  /// The keyspaces hold exactly what these files say. If not (`appendonly` was switched on with
  /// counts already there), the log is incomplete until a rewrite has succeeded.
  bool continues = true;
  /// A sync has failed, and the system's cache may show more of these files than the disk has
  /// (sync_mark.h): then, too, the log is incomplete until a rewrite has succeeded.
  bool sync_failed = false;

  [[nodiscard]] bool complete() const { return continues && !sync_failed; }
};

/// All but the last must be set; all run on the thread that calls `step`.
struct AppendLogEvents {
  /// Every frame up to this epoch will be loaded after a crash (without syncs: has been written).
  std::function<void(std::uint64_t epoch)> durable;
  /// The log is incomplete, or still is after another attempt.
  std::function<void(const std::string& error)> failed;
  /// It is complete again.
  std::function<void()> recovered;
  /// What became of a StartIncrement with a base; an error if not ok. Not told of RewriteFailed.
  std::function<void(bool ok, const std::string& error)> rewrite_ended;
  /// What a removed file has left, to be freed elsewhere; unset: that is done at once.
  std::function<void(std::unique_ptr<storage::Remains>)> remains = nullptr;
};

struct AppendLogFacts {
  bool complete = true;
  bool last_write_ok = true;
  std::uint64_t current_bytes = 0;  // of the files that make up the log
  std::uint64_t base_bytes = 0;     // as current_bytes was after the last rewrite, or at the start
  std::uint64_t queued_bytes = 0;
  std::uint64_t delayed_frames = 0;  // had to wait for the sync of the one before
  std::uint64_t dropped_frames = 0;  // while incomplete
  std::uint64_t rewrites = 0;        // that succeeded
};

class AppendLog {
 public:
  /// `disk` must outlive the log. Nothing is done to it before the first step.
  AppendLog(storage::Disk& disk, AppendLogTarget target, AppendLogStart start,
            AppendLogEvents events);

  // -- any thread -----------------------------------------------------------------------------
  /// The first job but LogPolicy must be a StartIncrement.
  void push(LogJob job) { queue_.push(std::move(job)); }
  /// A name that no base has had; for StartIncrement and the file that is to be written.
  storage::log::LogFile claim_base(storage::log::BaseForm form = storage::log::BaseForm::kSnapshot);
  [[nodiscard]] std::uint64_t queued_bytes() const { return queue_.queued_bytes(); }
  [[nodiscard]] AppendLogFacts facts() const;

  // -- one thread -----------------------------------------------------------------------------
  /// Performs the next job; false if there is none.
  bool step();

 private:
  struct Rewrite {
    storage::log::LogFile base;
    std::uint64_t epoch = 0;
    std::uint64_t first_increment = 0;
  };

  void perform(const FramePointer& frame);
  void perform(const StartIncrement& start);
  void perform(const PublishBase& published);
  void perform(const RewriteFailed& failed);
  void perform(const LogPolicy& policy);
  void perform(const Milestone& milestone) { milestone.reached(); }
  void perform(const CloseLog&);

  storage::DiskStatus sync_writer();
  storage::DiskStatus finish_writer();
  storage::DiskStatus settle();
  storage::DiskResult<std::unique_ptr<storage::log::FrameWriter>> make_increment(
      const storage::log::LogFile& file);
  void refuse_increment(const storage::log::LogFile& file, const std::string& error);
  [[nodiscard]] storage::log::Manifest rewritten() const;
  void adopt_base(storage::log::Manifest manifest);
  void adopt_writer(std::unique_ptr<storage::log::FrameWriter> writer);

  void fail(const std::string& error);
  void end_rewrite(const std::string& error);
  void drop_candidate();
  void discard(const storage::log::LogFile& file);
  bool remove_file(const storage::log::LogFile& file);
  void doubt(const storage::log::LogFile& file) { manifest_.history.push_back(file); }
  void remove_history();
  [[nodiscard]] std::uint64_t bytes_of(const std::string& name) const;
  void note_facts();

  storage::Disk& disk_;
  const AppendLogTarget target_;
  const AppendLogEvents events_;
  AppendLogQueue queue_;
  std::atomic<std::uint64_t> last_base_;

  LogPolicy policy_;
  /// As the last durable publication has it; `history` also has what could not be removed, and
  /// what a manifest may name of which it is not known whether it was published.
  storage::log::Manifest manifest_;
  std::optional<UnusedTail> unused_tail_;
  std::uint64_t last_increment_;
  bool complete_;
  bool closed_ = false;
  bool sync_failed_;  // since the last rewrite that made the log complete
  bool marked_;       // and the directory says so
  std::unique_ptr<storage::log::FrameWriter> writer_;  // null: frames are dropped
  bool unsynced_ = false;
  std::optional<storage::log::LogFile> candidate_;  // what writer_ writes, if no manifest names it
  std::optional<Rewrite> rewrite_;
  std::uint64_t written_epoch_ = 0;
  std::uint64_t other_bytes_;  // of the log's files but the one that is being written

  AppendLogFacts working_facts_;
  mutable std::mutex facts_mutex_;
  AppendLogFacts facts_;  // guarded
};

}  // namespace countd::persistence
