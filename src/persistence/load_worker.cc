#include "persistence/load_worker.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace countd::persistence {

using storage::Key;
using storage::rdb::Entry;
using storage::rdb::EntryReader;
using storage::rdb::FormatError;
using storage::rdb::MadeTexts;

bool LoadInbox::push(std::unique_ptr<LoadBatch>& batch) {
  const std::lock_guard lock{mutex_};
  if (batches_.size() >= kCapacity) return false;
  batches_.push_back(std::move(batch));
  changed_.notify_one();
  return true;
}

std::unique_ptr<LoadBatch> LoadInbox::pop() {
  const std::lock_guard lock{mutex_};
  if (batches_.empty()) return nullptr;
  auto batch = std::move(batches_.back());
  batches_.pop_back();
  return batch;
}

std::unique_ptr<LoadBatch> LoadInbox::wait(const std::atomic<bool>& more) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return !batches_.empty() || !more; });
  if (batches_.empty()) return nullptr;
  auto batch = std::move(batches_.back());
  batches_.pop_back();
  return batch;
}

void LoadInbox::wake() {
  const std::lock_guard lock{mutex_};
  changed_.notify_all();
}

LoadTask::LoadTask(std::string_view bytes, storage::rdb::FileLayout outline,
                   std::span<storage::Keyspace* const> keyspaces, const LoadOptions& load_options)
    : file(bytes),
      layout(std::move(outline)),
      shards(keyspaces),
      options(load_options),
      inboxes(keyspaces.size()),
      decoding_(keyspaces.size()) {}

void LoadTask::fail(const FormatError& first) {
  const std::lock_guard lock{mutex_};
  if (!failed()) error = first;
  failed_ = true;
}

void LoadTask::decoding_ended() {
  if (--decoding_ > 0) return;
  more = false;
  for (LoadInbox& inbox : inboxes) inbox.wake();
}

LoadWorker::LoadWorker(LoadTask& task, std::size_t shard)
    : task_(task),
      shard_(shard),
      keyspace_(*task.shards[shard]),
      entries_(LoadBatch::kCapacity),
      made_(std::make_shared<MadeTexts>()),
      outgoing_(task.shards.size()) {}

void LoadWorker::run() {
  keyspace_.begin_turn(task_.options.now);
  reserve();
  if (task_.layout.index) {
    decode_blocks();
  } else if (shard_ == 0) {
    decode_whole();
  }
  flush();
  task_.decoding_ended();
  while (auto batch = task_.inboxes[shard_].wait(task_.more)) take_in(std::move(batch));
}

/// Room for what the file announces, which is bounded by what its size can hold.
void LoadWorker::reserve() {
  constexpr std::uint64_t kLeastEntryBytes = 3;
  const std::uint64_t most = task_.file.size() / kLeastEntryBytes;
  const std::uint64_t shards = task_.shards.size();
  for (const auto& size : task_.layout.notes.sizes) {
    keyspace_.reserve(size.db, std::min(size.keys, most) / shards);
  }
}

void LoadWorker::decode_blocks() {
  const auto& blocks = task_.layout.index->blocks;
  const auto options = task_.layout.reader_options(task_.options.databases, false);
  for (;;) {
    const std::size_t next = task_.next_block.fetch_add(1, std::memory_order_relaxed);
    if (next >= blocks.size() || task_.failed()) return;
    const auto& block = blocks[next];
    if (const auto error = storage::rdb::check_block(task_.file, block)) {
      task_.fail(*error);
      return;
    }
    EntryReader reader{task_.file.substr(block.offset, block.size), block.offset, options};
    if (!decode(reader)) return;
  }
}

void LoadWorker::decode_whole() {
  constexpr std::uint64_t begin = storage::rdb::kMagicBytes;
  EntryReader reader{task_.file.substr(begin), begin,
                     task_.layout.reader_options(task_.options.databases, true)};
  if (!decode(reader)) return;
  const auto error = storage::rdb::check_end(task_.file, task_.layout, reader.offset());
  if (error) task_.fail(*error);
}

bool LoadWorker::decode(EntryReader& reader) {
  EntryReader::Step step = EntryReader::Step::kEntry;
  while (step == EntryReader::Step::kEntry) {
    std::size_t count = 0;
    while (count < LoadBatch::kCapacity) {
      step = reader.next(entries_[count], *made_);
      if (step != EntryReader::Step::kEntry) break;
      if (usable(entries_[count])) ++count;
    }
    if (step == EntryReader::Step::kFailed) return fail(reader.error());
    if (task_.failed() || !route({entries_.data(), count})) return false;
  }
  return true;
}

bool LoadWorker::usable(const Entry& entry) {
  if (!entry.unsupported.empty()) [[unlikely]] {
    leave_out(entry);
    return false;
  }
  if (entry.expiry == storage::kNoExpiry || entry.expiry > task_.options.now) return true;
  ++stats.expired;
  return false;
}

void LoadWorker::leave_out(const Entry& entry) {
  ++stats.unsupported[entry.unsupported];
  if (first_unsupported && first_unsupported->offset < entry.offset) return;
  first_unsupported = FirstUnsupported{entry.offset, std::string{entry.key}, entry.unsupported};
}

bool LoadWorker::route(Entries entries) {
  const auto shards = static_cast<int>(task_.shards.size());
  if (shards == 1) {
    const bool inserted = insert(entries);
    made_->clear();
    return inserted;
  }
  for (Entry& entry : entries) {
    const auto shard = static_cast<std::size_t>(task_.shard_of(entry.key, shards));
    auto& batch = outgoing_[shard];
    if (batch == nullptr) {
      batch = std::make_unique<LoadBatch>();
      batch->entries.reserve(LoadBatch::kCapacity);
    }
    if (!made_->empty() && (batch->texts.empty() || batch->texts.back() != made_)) {
      batch->texts.push_back(made_);
    }
    batch->entries.push_back(std::move(entry));
    if (batch->entries.size() == LoadBatch::kCapacity && !send(shard)) return false;
  }
  if (!made_->empty()) made_ = std::make_shared<MadeTexts>();
  return true;
}

bool LoadWorker::send(std::size_t shard) {
  auto batch = std::exchange(outgoing_[shard], nullptr);
  if (batch == nullptr || batch->entries.empty()) return true;
  if (shard == shard_) return take_in(std::move(batch));
  while (!task_.inboxes[shard].push(batch)) {
    if (task_.failed()) return false;
    if (auto own = task_.inboxes[shard_].pop()) {
      if (!take_in(std::move(own))) return false;
    } else {
      std::this_thread::yield();
    }
  }
  return true;
}

bool LoadWorker::flush() {
  for (std::size_t shard = 0; shard < outgoing_.size(); ++shard) {
    if (!send(shard)) return false;
  }
  return true;
}

bool LoadWorker::take_in(std::unique_ptr<LoadBatch> batch) {
  return !task_.failed() && insert(batch->entries);
}

/// A file of another order, Redis's for one, scatters its entries over the whole table. So each
/// line that an insertion needs is fetched some entries ahead: the bucket, then, found through it,
/// the segment's header, then, found through that, the room for the record.
bool LoadWorker::insert(Entries entries) {
  constexpr std::size_t kBucketAhead = 24;
  constexpr std::size_t kHeaderAhead = 16;
  constexpr std::size_t kRoomAhead = 8;
  std::array<Key, LoadBatch::kCapacity> keys;
  const std::size_t count = entries.size();
  ASSERT(count <= keys.size());
  for (std::size_t step = 0; step < count + kBucketAhead; ++step) {
    if (step < count) {
      keys[step] = keyspace_.key(entries[step].key, entries[step].db);
      keyspace_.prefetch_bucket(keys[step]);
    }
    const auto at = [&](std::size_t ahead) { return step - (kBucketAhead - ahead); };
    if (const std::size_t i = at(kHeaderAhead); i < count) keyspace_.prefetch_record(keys[i]);
    if (const std::size_t i = at(kRoomAhead); i < count) keyspace_.prefetch_room(keys[i]);
    if (step >= kBucketAhead && !insert(keys[step - kBucketAhead], entries[step - kBucketAhead])) {
      return false;
    }
  }
  stats.keys += count;
  return true;
}

bool LoadWorker::insert(const Key& key, Entry& entry) {
  const std::uint64_t before = keyspace_.size(entry.db);
  keyspace_.set(key, std::move(entry.value), entry.expiry);
  if (keyspace_.size(entry.db) != before) [[likely]]
    return true;
  return fail({entry.offset, "the key '" + std::string{entry.key} + "' occurs twice"});
}

bool LoadWorker::fail(const FormatError& error) {
  task_.fail(error);
  return false;
}

}  // namespace countd::persistence
