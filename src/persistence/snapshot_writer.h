// Turns the blocks of all shards into one file: an RDB file, or a base of the log as commands.
//
//   SnapshotWriter writer{disk, target, shards, done};
//   keyspace.begin_snapshot(writer.shard(i))      each shard, at the cut
//   writer.begin(facts)                           once all shards are at the cut
//   keyspace.snapshot_slice(n) …                  each shard, while queued_bytes() is small
//   writer.finish(i)                              each shard, when its traversal is over
//   done(result)                                  the file is in place and durable, or untouched
//
// The old file stays until the new one is complete on disk: everything goes to a temporary file,
// which is renamed at the end and removed on any failure. Pushing a block never blocks a shard;
// traversals keep the queue short by pausing while kQueueLimit is passed.
//
// A state machine without a thread: `step` does the next piece of work; SnapshotThread calls it.
//
//   head -> blocks -> tail -> sync -> rename -> sync of the directory -> over
//     `--------`------`-------`-- a failure --`--> drop what still comes -> over
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "persistence/snapshot_form.h"
#include "storage/disk/disk.h"
#include "storage/rdb/block_writer.h"
#include "storage/rdb/file_writer.h"

namespace countd::persistence {

struct SnapshotTarget {
  std::string directory = ".";
  std::string file_name = "dump.rdb";
  /// Tells the temporary files of this process apart: temp-<pid>-<number>.rdb.
  std::uint64_t number = 0;
  bool checksum = true;
  bool commands = false;  // no RDB file, but a base of the log as commands
  /// So many former files stay under names with their time (snapshot_retention.h); 0: none, and
  /// nothing is removed.
  std::size_t keep = 0;
  storage::rdb::BlockOptions blocks;
  /// Of the writer's thread. With a core of its own it is as fast as with 0; where it shares one,
  /// the shards' turns go first.
  int nice = 10;
  /// Called after each quarter of a MiB, if it is set: a thread that shares a core rests there.
  std::function<void()> rest;
  /// Takes what is left of the files that it replaces and removes; unset: that goes at once.
  std::function<void(std::unique_ptr<storage::Remains>)> remains;
};

struct SnapshotResult {
  bool ok = false;
  std::string error;     // why not
  std::string not_kept;  // ok, but the former snapshot is not kept, or an old one not removed: why
  std::uint64_t bytes = 0;
  double seconds = 0;
};

class SnapshotWriter {
 public:
  /// Runs within `step`, once, after the last `finish` or after `abandon`; it must not destroy the
  /// writer.
  using Done = std::function<void(const SnapshotResult&)>;
  /// There may be work again for who was told kWaits. Any thread.
  using Wake = std::function<void()>;

  /// A traversal pauses while more than this is queued.
  static constexpr std::uint64_t kQueueLimit = 32 << 20;

  /// `disk` must outlive the writer.
  SnapshotWriter(
      storage::Disk& disk, SnapshotTarget target, int shards, Done done, Wake wake = [] {});
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // -- any thread -------------------------------------------------------------------------------
  /// The file's head may be written. To be called once, when all shards are at the cut.
  void begin(storage::rdb::FileFacts facts);
  /// Where a shard's keyspace emits; used by one thread at a time.
  storage::rdb::BlockWriter& shard(int index) { return *shards_[static_cast<std::size_t>(index)]; }
  /// The shard has emitted all of its entries. To be called once for each shard.
  void finish(int shard);
  /// Gives the snapshot up: its result is the failure `reason`, and blocks that come later are
  /// dropped. Does nothing once all shards' blocks have been written.
  void abandon(std::string reason);

  /// Bytes that wait to be written.
  [[nodiscard]] std::uint64_t queued_bytes() const {
    return queued_bytes_.load(std::memory_order_relaxed);
  }
  /// Nothing can become of this snapshot any more: traversals may as well stop.
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }

  // -- one thread -------------------------------------------------------------------------------
  enum class Step : std::uint8_t { kWorked, kWaits, kOver };
  /// One piece of work, if there is any: a block, or one step of the file's way to its place.
  Step step();

 private:
  class Output;
  enum class Phase : std::uint8_t {
    kHead,
    kBlocks,
    kTail,
    kSync,
    kRename,
    kSyncDirectory,
    kDrop,
    kOver,
  };
  /// What the shards have brought so far.
  enum class Supply : std::uint8_t { kNothingYet, kSome, kAll, kAbandoned };

  void push(storage::rdb::Block block);
  storage::DiskStatus perform(Phase phase);
  storage::DiskStatus write_head();
  storage::DiskStatus write_block();
  storage::DiskStatus write_tail();
  storage::DiskStatus replace();
  storage::DiskStatus settle();
  void fail(const storage::DiskError& error);
  void drop_blocks();
  void end();
  Supply look();
  storage::rdb::Block take_block();
  void let_go(std::unique_ptr<storage::Remains> remains);
  storage::DiskError abandoned();

  storage::Disk& disk_;
  SnapshotTarget target_;
  Done done_;
  Wake wake_;
  std::string temporary_path_;
  std::vector<std::unique_ptr<storage::rdb::BlockWriter>> shards_;
  std::atomic<std::uint64_t> queued_bytes_{0};
  std::atomic<bool> failed_{false};

  // Of `step`.
  Phase phase_ = Phase::kHead;
  std::unique_ptr<storage::File> file_;
  std::unique_ptr<Output> output_;
  const std::unique_ptr<SnapshotForm> form_;
  SnapshotResult result_;

  std::mutex mutex_;  // guards what follows
  std::deque<storage::rdb::Block> queue_;
  std::optional<storage::rdb::FileFacts> facts_;
  int unfinished_;
  bool abandoned_ = false;
  bool complete_ = false;  // all blocks are out of the queue: too late to abandon
  std::string abandon_reason_;
};

}  // namespace countd::persistence
