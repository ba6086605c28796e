// Turns the blocks of all shards into one RDB file, on a thread of its own.
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
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

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
  /// So many former files stay under names with their time (snapshot_retention.h); 0: none, and
  /// nothing is removed.
  std::size_t keep = 0;
  storage::rdb::BlockOptions blocks;
  /// Of the writer's thread. With a core of its own it is as fast as with 0; where it shares one,
  /// the shards' turns go first.
  int nice = 10;
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
  /// Runs on the writer's thread, once, after the last `finish` or after `abandon`; it must not
  /// destroy the writer.
  using Done = std::function<void(const SnapshotResult&)>;

  /// A traversal pauses while more than this is queued.
  static constexpr std::uint64_t kQueueLimit = 32 << 20;

  /// `disk` must outlive the writer.
  SnapshotWriter(storage::Disk& disk, SnapshotTarget target, int shards, Done done);
  /// Abandons what is not finished and waits for the thread.
  ~SnapshotWriter();
  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  /// The file's head may be written. To be called once, when all shards are at the cut.
  void begin(storage::rdb::FileFacts facts);
  /// Where a shard's keyspace emits; used by one thread at a time.
  storage::rdb::BlockWriter& shard(int index) { return *shards_[static_cast<std::size_t>(index)]; }
  /// The shard has emitted all of its entries. To be called once for each shard.
  void finish(int shard);
  /// Gives the snapshot up: its result is the failure `reason`, and blocks that come later are
  /// dropped. Does nothing once all shards' blocks have been written. Any thread.
  void abandon(std::string reason);
  /// Waits until `done` has returned.
  void wait();

  /// Bytes that wait to be written.
  [[nodiscard]] std::uint64_t queued_bytes() const {
    return queued_bytes_.load(std::memory_order_relaxed);
  }
  /// Nothing can become of this snapshot any more: traversals may as well stop.
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  class Output;

  void push(storage::rdb::Block block);
  void run();
  storage::DiskStatus write_file(SnapshotResult& result);
  storage::DiskStatus fill(storage::File& file, const storage::rdb::FileFacts& facts,
                           std::uint64_t& bytes);
  storage::DiskStatus publish(storage::File& file, SnapshotResult& result);
  std::optional<storage::rdb::FileFacts> wait_for_facts();
  /// The next block, or nothing when all shards have finished or the snapshot was abandoned.
  std::optional<storage::rdb::Block> wait_for_block();
  void drop_blocks();
  storage::DiskError abandoned();

  storage::Disk& disk_;
  SnapshotTarget target_;
  Done done_;
  std::string temporary_path_;
  std::vector<std::unique_ptr<storage::rdb::BlockWriter>> shards_;
  std::atomic<std::uint64_t> queued_bytes_{0};
  std::atomic<bool> failed_{false};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<storage::rdb::Block> queue_;
  std::optional<storage::rdb::FileFacts> facts_;
  int unfinished_;
  bool abandoned_ = false;
  bool complete_ = false;  // all blocks are out of the queue: too late to abandon
  bool over_ = false;
  std::string abandon_reason_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace countd::persistence
