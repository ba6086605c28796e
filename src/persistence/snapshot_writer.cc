#include "persistence/snapshot_writer.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "persistence/snapshot_names.h"
#include "persistence/snapshot_retention.h"

namespace countd::persistence {

using storage::DiskStatus;
using storage::rdb::Block;
using storage::rdb::FileFacts;

namespace {

/// A shard that shares the core waits at most for one write of this size.
constexpr std::size_t kWriteSize = 64 << 10;
/// So much is sent on its way to the disk at once; the sync at the end finds little left.
constexpr std::uint64_t kWriteBackSize = 4 << 20;

/// Gives way to threads that serve clients: SCHED_BATCH does not preempt them when it wakes up.
/// Failures leave the priority as it is, which is correct, only less smooth.
void lower_priority(int nice) {
  const sched_param none{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none));
  if (nice > 0) {
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice));
  }
}

}  // namespace

/// The temporary file, written in steps.
class SnapshotWriter::Output {
 public:
  explicit Output(storage::File& file) : file_(file) {}

  DiskStatus write(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view step = bytes.substr(0, kWriteSize);
      if (const auto status = file_.write(step); !status) return status;
      bytes.remove_prefix(step.size());
      written_ += step.size();
      if (written_ - sent_ >= kWriteBackSize) send();
    }
    return {};
  }

 private:
  /// Starts this step on its way, together with the one before, which it waits for: so at most
  /// two steps are under way, and no pile of unwritten pages grows.
  void send() {
    file_.write_back(sent_before_, written_ - sent_before_);
    sent_before_ = std::exchange(sent_, written_);
  }

  storage::File& file_;
  std::uint64_t written_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;
};

SnapshotWriter::SnapshotWriter(storage::Disk& disk, SnapshotTarget target, int shards, Done done)
    : disk_(disk),
      target_(std::move(target)),
      done_(std::move(done)),
      temporary_path_(storage::join_path(target_.directory,
                                         temporary_snapshot_name(::getpid(), target_.number))),
      unfinished_(shards) {
  for (int i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<storage::rdb::BlockWriter>(
        target_.blocks, [this](Block block) { push(std::move(block)); }));
  }
  thread_ = std::thread{[this] { run(); }};
}

SnapshotWriter::~SnapshotWriter() {
  abandon("the server gave the snapshot up");
  thread_.join();
}

void SnapshotWriter::begin(FileFacts facts) {
  const std::lock_guard lock{mutex_};
  facts_ = std::move(facts);
  changed_.notify_all();
}

void SnapshotWriter::push(Block block) {
  if (failed()) return;
  queued_bytes_.fetch_add(block.size, std::memory_order_relaxed);
  const std::lock_guard lock{mutex_};
  queue_.push_back(std::move(block));
  if (queue_.size() == 1) changed_.notify_all();
}

void SnapshotWriter::finish(int index) {
  shard(index).flush();
  const std::lock_guard lock{mutex_};
  if (--unfinished_ == 0) changed_.notify_all();
}

void SnapshotWriter::abandon(std::string reason) {
  const std::lock_guard lock{mutex_};
  if (abandoned_ || complete_) return;
  abandoned_ = true;
  abandon_reason_ = std::move(reason);
  failed_.store(true, std::memory_order_relaxed);
  changed_.notify_all();
}

void SnapshotWriter::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return over_; });
}

std::optional<FileFacts> SnapshotWriter::wait_for_facts() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return facts_ || abandoned_; });
  if (abandoned_) return {};
  return facts_;
}

std::optional<Block> SnapshotWriter::wait_for_block() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !queue_.empty() || unfinished_ == 0 || abandoned_; });
  if (abandoned_) return {};
  if (queue_.empty()) {
    complete_ = true;
    return {};
  }
  Block block = std::move(queue_.front());
  queue_.pop_front();
  return block;
}

/// After a failure: until all shards have finished, what they still bring is thrown away.
void SnapshotWriter::drop_blocks() {
  failed_.store(true, std::memory_order_relaxed);
  while (const auto block = wait_for_block()) {
    queued_bytes_.fetch_sub(block->size, std::memory_order_relaxed);
  }
}

void SnapshotWriter::run() {
  using Clock = std::chrono::steady_clock;
  lower_priority(target_.nice);
  const Clock::time_point began = Clock::now();
  SnapshotResult result;
  const DiskStatus status = write_file(result);
  result.ok = status.has_value();
  if (!result.ok) {
    result.error = status.error().what;
    drop_blocks();
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  done_(result);
  const std::lock_guard lock{mutex_};
  over_ = true;
  changed_.notify_all();
}

DiskStatus SnapshotWriter::write_file(SnapshotResult& result) {
  const auto facts = wait_for_facts();
  if (!facts) return abandoned();
  const auto file = disk_.create(temporary_path_);
  if (!file) return file.error();
  DiskStatus status = fill(**file, *facts, result.bytes);
  if (status) status = publish(**file, result);
  // After a rename there is nothing of this name to remove, which is no further failure.
  if (!status) static_cast<void>(disk_.remove(temporary_path_));
  return status;
}

DiskStatus SnapshotWriter::fill(storage::File& file, const FileFacts& facts, std::uint64_t& bytes) {
  Output output{file};
  storage::rdb::FileWriter composer;
  if (const auto status = output.write(composer.head(facts)); !status) return status;
  while (const auto block = wait_for_block()) {
    composer.add(*block);
    const auto status = output.write(block->bytes());
    queued_bytes_.fetch_sub(block->size, std::memory_order_relaxed);
    if (!status) return status;
  }
  if (failed()) return abandoned();
  const auto status = output.write(composer.tail(target_.checksum));
  bytes = composer.size_bytes();
  return status;
}

storage::DiskError SnapshotWriter::abandoned() {
  const std::lock_guard lock{mutex_};
  return {ECANCELED, abandon_reason_};
}

DiskStatus SnapshotWriter::publish(storage::File& file, SnapshotResult& result) {
  if (const auto status = file.sync(); !status) return status;
  SnapshotRetention retention(disk_, target_.directory, target_.file_name);
  if (target_.keep > 0) {
    if (const auto kept = retention.keep_former(); !kept) result.not_kept = kept.error().what;
  }
  const std::string path = storage::join_path(target_.directory, target_.file_name);
  if (const auto status = disk_.rename(temporary_path_, path); !status) return status;
  if (const auto status = disk_.sync_directory(target_.directory); !status) return status;
  if (target_.keep > 0) {
    const auto removed = retention.remove_oldest(target_.keep);
    if (!removed) result.not_kept = removed.error().what;
  }
  return {};
}

}  // namespace countd::persistence
