#include "persistence/snapshot_writer.h"

#include <unistd.h>

#include <cerrno>
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
/// Between two rests.
constexpr std::uint64_t kWorkSize = 256 << 10;

}  // namespace

/// The temporary file, written in steps.
class SnapshotWriter::Output {
 public:
  Output(storage::File& file, const std::function<void()>& rest) : file_(file), rest_(rest) {}

  DiskStatus write(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::string_view step = bytes.substr(0, kWriteSize);
      if (const auto status = file_.write(step); !status) return status;
      bytes.remove_prefix(step.size());
      written_ += step.size();
      if (written_ - sent_ >= kWriteBackSize) send();
      if (rest_ && written_ - rested_ >= kWorkSize) {
        rested_ = written_;
        rest_();
      }
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
  const std::function<void()>& rest_;
  std::uint64_t written_ = 0;
  std::uint64_t rested_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t sent_before_ = 0;
};

SnapshotWriter::SnapshotWriter(storage::Disk& disk, SnapshotTarget target, int shards, Done done,
                               Wake wake)
    : disk_(disk),
      target_(std::move(target)),
      done_(std::move(done)),
      wake_(std::move(wake)),
      temporary_path_(storage::join_path(target_.directory,
                                         temporary_snapshot_name(::getpid(), target_.number))),
      form_(target_.commands ? command_form() : rdb_form(target_.checksum)),
      unfinished_(shards) {
  for (int i = 0; i < shards; ++i) {
    shards_.push_back(std::make_unique<storage::rdb::BlockWriter>(
        target_.blocks, [this](Block block) { push(std::move(block)); }));
  }
}

SnapshotWriter::~SnapshotWriter() = default;

// -- any thread -----------------------------------------------------------------------------------

void SnapshotWriter::begin(FileFacts facts) {
  {
    const std::lock_guard lock{mutex_};
    facts_ = std::move(facts);
  }
  wake_();
}

void SnapshotWriter::push(Block block) {
  if (failed()) return;
  queued_bytes_.fetch_add(block.size, std::memory_order_relaxed);
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(block));
    first = queue_.size() == 1;
  }
  if (first) wake_();
}

void SnapshotWriter::finish(int index) {
  shard(index).flush();
  bool last = false;
  {
    const std::lock_guard lock{mutex_};
    last = --unfinished_ == 0;
  }
  if (last) wake_();
}

void SnapshotWriter::abandon(std::string reason) {
  {
    const std::lock_guard lock{mutex_};
    if (abandoned_ || complete_) return;
    abandoned_ = true;
    abandon_reason_ = std::move(reason);
    failed_.store(true, std::memory_order_relaxed);
  }
  wake_();
}

// -- one thread -----------------------------------------------------------------------------------

SnapshotWriter::Step SnapshotWriter::step() {
  if (phase_ == Phase::kOver) return Step::kOver;
  if (phase_ <= Phase::kBlocks || phase_ == Phase::kDrop) {
    const Supply supply = look();
    if (supply == Supply::kNothingYet) return Step::kWaits;
    const bool all = supply != Supply::kSome;
    if (phase_ == Phase::kDrop) {
      all ? end() : drop_blocks();
      return phase_ == Phase::kOver ? Step::kOver : Step::kWorked;
    }
    if (supply == Supply::kAbandoned) {
      fail(abandoned());
      return Step::kWorked;
    }
    if (phase_ == Phase::kBlocks && all) phase_ = Phase::kTail;
  }
  if (const auto status = perform(phase_); !status) {
    fail(status.error());
  } else if (phase_ == Phase::kSyncDirectory) {
    result_.ok = true;
    end();
  } else if (phase_ != Phase::kBlocks) {
    phase_ = static_cast<Phase>(static_cast<int>(phase_) + 1);
  }
  return phase_ == Phase::kOver ? Step::kOver : Step::kWorked;
}

SnapshotWriter::Supply SnapshotWriter::look() {
  const std::lock_guard lock{mutex_};
  if (abandoned_) return Supply::kAbandoned;
  if (phase_ == Phase::kHead) return facts_ ? Supply::kSome : Supply::kNothingYet;
  if (!queue_.empty()) return Supply::kSome;
  if (unfinished_ != 0) return Supply::kNothingYet;
  complete_ = true;
  return Supply::kAll;
}

DiskStatus SnapshotWriter::perform(Phase phase) {
  switch (phase) {
    case Phase::kHead:
      return write_head();
    case Phase::kBlocks:
      return write_block();
    case Phase::kTail:
      return write_tail();
    case Phase::kSync:
      return file_->sync();
    case Phase::kRename:
      return replace();
    case Phase::kSyncDirectory:
      return settle();
    case Phase::kDrop:
    case Phase::kOver:
      break;
  }
  return {};
}

DiskStatus SnapshotWriter::write_head() {
  auto created = disk_.create(temporary_path_);
  if (!created) return created.error();
  file_ = std::move(*created);
  output_ = std::make_unique<Output>(*file_, target_.rest);
  FileFacts facts;
  {
    const std::lock_guard lock{mutex_};
    facts = *facts_;
  }
  return output_->write(form_->head(facts));
}

DiskStatus SnapshotWriter::write_block() {
  const Block block = take_block();
  const auto status = output_->write(form_->add(block));
  queued_bytes_.fetch_sub(block.size, std::memory_order_relaxed);
  return status;
}

DiskStatus SnapshotWriter::write_tail() {
  const auto status = output_->write(form_->tail());
  result_.bytes = form_->size_bytes();
  return status;
}

/// A former file that cannot be kept is no reason not to have a new one.
DiskStatus SnapshotWriter::replace() {
  if (target_.keep > 0) {
    SnapshotRetention retention(disk_, target_.directory, target_.file_name);
    if (const auto kept = retention.keep_former(); !kept) result_.not_kept = kept.error().what;
  }
  auto replaced =
      disk_.replace(temporary_path_, storage::join_path(target_.directory, target_.file_name));
  if (!replaced) return replaced.error();
  let_go(std::move(*replaced));
  return {};
}

DiskStatus SnapshotWriter::settle() {
  if (const auto status = disk_.sync_directory(target_.directory); !status) return status;
  if (target_.keep > 0) {
    SnapshotRetention retention(disk_, target_.directory, target_.file_name);
    auto removed = retention.remove_oldest(target_.keep);
    if (!removed) {
      result_.not_kept = removed.error().what;
    } else {
      for (auto& each : *removed) let_go(std::move(each));
    }
  }
  return {};
}

/// REQUIRES: one is there.
Block SnapshotWriter::take_block() {
  const std::lock_guard lock{mutex_};
  Block block = std::move(queue_.front());
  queue_.pop_front();
  return block;
}

/// Until all shards have finished, what they still bring is thrown away.
void SnapshotWriter::fail(const storage::DiskError& error) {
  result_.error = error.what;
  failed_.store(true, std::memory_order_relaxed);
  // After a rename there is nothing of this name to remove, which is no further failure.
  if (file_ != nullptr) static_cast<void>(disk_.remove(temporary_path_));
  output_.reset();
  file_.reset();
  phase_ = Phase::kDrop;
}

void SnapshotWriter::drop_blocks() {
  queued_bytes_.fetch_sub(take_block().size, std::memory_order_relaxed);
}

void SnapshotWriter::end() {
  output_.reset();
  file_.reset();
  phase_ = Phase::kOver;
  done_(result_);
}

void SnapshotWriter::let_go(std::unique_ptr<storage::Remains> remains) {
  if (target_.remains) target_.remains(std::move(remains));
}

storage::DiskError SnapshotWriter::abandoned() {
  const std::lock_guard lock{mutex_};
  return {ECANCELED, abandon_reason_};
}

}  // namespace countd::persistence
