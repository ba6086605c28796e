// One thread of a load: decodes its share of the file and fills one keyspace.
//
// Threads meet in two places only: the counter that gives out the blocks, and each shard's inbox
// of batches that other threads decoded for it. An inbox is bounded; a thread that finds one full
// empties its own meanwhile, so the threads cannot wait for each other in a circle.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/snapshot_loader.h"
#include "storage/rdb/file_layout.h"

namespace countd::persistence {

/// Entries of one shard, with the texts that had to be made for them.
struct LoadBatch {
  static constexpr std::size_t kCapacity = 128;
  std::vector<storage::rdb::Entry> entries;
  std::vector<std::shared_ptr<storage::rdb::MadeTexts>> texts;
};

class LoadInbox {
 public:
  static constexpr std::size_t kCapacity = 64;

  /// False if it is full.
  bool push(std::unique_ptr<LoadBatch>& batch);
  /// A batch, or null if there is none now.
  std::unique_ptr<LoadBatch> pop();
  /// As `pop`, but waits for a batch while there is none and `more` is true.
  std::unique_ptr<LoadBatch> wait(const std::atomic<bool>& more);
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<LoadBatch>> batches_;
};

/// What the threads of one load share.
struct LoadTask {
  LoadTask(std::string_view bytes, storage::rdb::FileLayout outline,
           std::span<storage::Keyspace* const> keyspaces, const LoadOptions& load_options);

  /// The first failure counts; all threads stop soon after one.
  void fail(const storage::rdb::FormatError& error);
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }
  /// A thread has decoded its last block.
  void decoding_ended();

  std::string_view file;
  storage::rdb::FileLayout layout;
  std::span<storage::Keyspace* const> shards;
  ShardOf shard_of = nullptr;
  LoadOptions options;
  std::atomic<std::size_t> next_block{0};
  std::atomic<bool> more{true};  // batches may still come
  std::vector<LoadInbox> inboxes;
  storage::rdb::FormatError error;  // guarded by mutex until the threads have ended

 private:
  std::mutex mutex_;
  std::atomic<bool> failed_{false};
  std::atomic<std::size_t> decoding_;
};

/// The first value of a type that countd does not hold.
struct FirstUnsupported {
  std::uint64_t offset = 0;
  std::string key;
  std::string type;
};

class LoadWorker {
 public:
  LoadWorker(LoadTask& task, std::size_t shard);

  /// Decodes until no block is left, then takes in what others decoded until all have ended.
  void run();

  LoadStats stats;
  std::optional<FirstUnsupported> first_unsupported;

 private:
  using Entries = std::span<storage::rdb::Entry>;

  void decode_blocks();
  void decode_whole();
  /// False if the reader or an insertion failed.
  bool decode(storage::rdb::EntryReader& reader);
  bool usable(const storage::rdb::Entry& entry);
  void leave_out(const storage::rdb::Entry& entry);
  /// Sends each entry to its shard.
  bool route(Entries entries);
  bool send(std::size_t shard);
  bool flush();
  bool insert(Entries entries);
  bool insert(const storage::Key& key, storage::rdb::Entry& entry);
  bool take_in(std::unique_ptr<LoadBatch> batch);
  bool fail(const storage::rdb::FormatError& error);
  void reserve();

  LoadTask& task_;
  std::size_t shard_;
  storage::Keyspace& keyspace_;
  std::vector<storage::rdb::Entry> entries_;
  std::shared_ptr<storage::rdb::MadeTexts> made_;
  std::vector<std::unique_ptr<LoadBatch>> outgoing_;  // by shard
};

}  // namespace countd::persistence
