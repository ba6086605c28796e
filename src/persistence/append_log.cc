#include "persistence/append_log.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "persistence/sync_mark.h"

namespace countd::persistence {

using storage::DiskStatus;
using storage::log::FrameWriter;
using storage::log::LogFile;
using storage::log::Manifest;
using Outcome = Publication::Outcome;

namespace {

/// `named`, or above it if the history, which holds bases and increments, knows a higher number.
std::uint64_t last_sequence(std::uint64_t named, const Manifest& manifest) {
  for (const LogFile& file : manifest.history) named = std::max(named, file.sequence);
  return named;
}

bool is_among(const LogFile& file, const std::vector<LogFile>& files) {
  return std::any_of(files.begin(), files.end(),
                     [&](const LogFile& other) { return other.name == file.name; });
}

std::vector<std::string> names_of(const Manifest& manifest) {
  std::vector<std::string> names;
  if (manifest.base) names.push_back(manifest.base->name);
  for (const LogFile& file : manifest.increments) names.push_back(file.name);
  return names;
}

}  // namespace

AppendLog::AppendLog(storage::Disk& disk, AppendLogTarget target, AppendLogStart start,
                     AppendLogEvents events)
    : disk_(disk),
      target_(std::move(target)),
      events_(std::move(events)),
      last_base_(last_sequence(start.manifest.last_base_sequence(), start.manifest)),
      manifest_(std::move(start.manifest)),
      unused_tail_(std::move(start.unused_tail)),
      last_increment_(last_sequence(manifest_.last_increment_sequence(), manifest_)),
      complete_(start.complete()),
      sync_failed_(start.sync_failed),
      marked_(start.sync_failed),
      other_bytes_(start.bytes) {
  working_facts_.base_bytes = start.bytes;
  working_facts_.last_write_ok = !start.continues || complete_;
  note_facts();
}

LogFile AppendLog::claim_base(storage::log::BaseForm form) {
  const std::uint64_t sequence = ++last_base_;
  return {storage::log::base_name(target_.name, sequence, form), sequence};
}

bool AppendLog::step() {
  const auto job = queue_.pop();
  if (!job) return false;
  std::visit([this](const auto& one) { perform(one); }, *job);
  note_facts();
  return true;
}

// -- frames ---------------------------------------------------------------------------------------

void AppendLog::perform(const FramePointer& frame) {
  if (writer_ == nullptr) {
    ASSERT(!complete_ || closed_);
    ++working_facts_.dropped_frames;
    return;
  }
  unsynced_ = true;
  DiskStatus status = writer_->append(*frame, policy_.timestamps);
  if (status && policy_.syncs()) status = sync_writer();
  if (!status) return fail(status.error().what);
  written_epoch_ = frame->epoch;
  if (complete_) events_.durable(written_epoch_);
}

DiskStatus AppendLog::sync_writer() {
  if (writer_ == nullptr || !unsynced_) return {};
  const auto status = writer_->sync();
  if (status) {
    unsynced_ = false;
  } else {
    sync_failed_ = true;
  }
  return status;
}

/// Makes durable what the file has, and that it has no more.
DiskStatus AppendLog::finish_writer() {
  if (writer_ != nullptr) unsynced_ |= writer_->set_room(0);
  return sync_writer();
}

void AppendLog::perform(const LogPolicy& policy) {
  policy_ = policy;
  if (writer_ != nullptr) unsynced_ |= writer_->set_room(policy_.room_now());
  if (!policy_.syncs()) return;
  if (const auto status = sync_writer(); !status) fail(status.error().what);
}

void AppendLog::perform(const CloseLog&) {
  closed_ = true;
  if (const auto status = finish_writer(); !status) return fail(status.error().what);
  adopt_writer(nullptr);
}

// -- a new increment ------------------------------------------------------------------------------

void AppendLog::perform(const StartIncrement& start) {
  if (closed_) return;
  if (rewrite_) {
    drop_candidate();
    end_rewrite("another rewrite began");
  }
  if (!complete_ && !start.base) return fail("the log is incomplete: it needs a rewrite");
  const std::uint64_t sequence = ++last_increment_;
  const LogFile file{storage::log::increment_name(target_.name, sequence), sequence};
  if (start.base) rewrite_ = Rewrite{*start.base, start.epoch, sequence};
  if (complete_) {
    if (const auto status = settle(); !status) return fail(status.error().what);
  }
  auto writer = make_increment(file);
  if (!writer) return refuse_increment(file, writer.error().what);
  if (!complete_) {
    candidate_ = file;
    return adopt_writer(std::move(*writer));
  }
  Manifest next = manifest_;
  next.increments.push_back(file);
  const Publication publication = publish_manifest(disk_, target_, next);
  if (publication.outcome == Outcome::kNotDone) return refuse_increment(file, publication.error);
  if (publication.outcome == Outcome::kUnknown) {
    // Frames can go on in neither file: the old one may not be the last any more, and the new one
    // may not be named.
    doubt(file);
    return fail(publication.error);
  }
  manifest_ = std::move(next);
  adopt_writer(std::move(*writer));
  remove_history();
}

/// Makes durable all that stands before the new increment: another file will be the last one. At
/// the start that is what was loaded, since it may have come from the page cache alone.
DiskStatus AppendLog::settle() {
  if (writer_ != nullptr) return finish_writer();
  if (const auto& tail = unused_tail_) {
    const std::uint64_t before = bytes_of(tail->file_name);
    const auto status = disk_.truncate(target_.path(tail->file_name), tail->used_bytes);
    if (!status) return status;
    other_bytes_ -= std::min(other_bytes_, before - std::min(before, tail->used_bytes));
    unused_tail_.reset();
  }
  for (const std::string& name : names_of(manifest_)) {
    const auto file = disk_.append(target_.path(name));
    if (!file) return file.error();
    if (const auto status = (*file)->sync(); !status) {
      sync_failed_ = true;
      return status;
    }
  }
  return {};
}

storage::DiskResult<std::unique_ptr<FrameWriter>> AppendLog::make_increment(const LogFile& file) {
  // A failure may have been that the directory vanished.
  if (!complete_) {
    if (const auto status = make_log_directory(disk_, target_); !status) return status.error();
  }
  auto created = disk_.create(target_.path(file.name));
  if (!created) return created.error();
  auto writer = std::make_unique<FrameWriter>(std::move(*created));
  if (const auto status = writer->begin(); !status) return status.error();
  if (const auto status = writer->sync(); !status) return status.error();
  if (const auto status = disk_.sync_directory(target_.directory); !status) return status.error();
  writer->set_room(policy_.room_now());
  return writer;
}

/// Nothing names the file: where the one before is still good, frames go on there.
void AppendLog::refuse_increment(const LogFile& file, const std::string& error) {
  discard(file);
  if (!complete_ || writer_ == nullptr) return fail(error);
  writer_->set_room(policy_.room_now());
  end_rewrite(error);
}

void AppendLog::adopt_writer(std::unique_ptr<FrameWriter> writer) {
  if (writer_ != nullptr && complete_) other_bytes_ += writer_->bytes();
  writer_ = std::move(writer);
  unsynced_ = false;
}

// -- the end of a rewrite -------------------------------------------------------------------------

void AppendLog::perform(const PublishBase& published) {
  const LogFile& base = published.base;
  if (!rewrite_ || rewrite_->base.sequence != base.sequence) return discard(base);
  Manifest next = rewritten();
  const Publication publication = publish_manifest(disk_, target_, next);
  if (publication.outcome == Outcome::kDone) return adopt_base(std::move(next));
  if (publication.outcome == Outcome::kNotDone) {
    discard(base);
  } else {
    doubt(base);
    if (candidate_) doubt(*std::exchange(candidate_, std::nullopt));
  }
  end_rewrite(publication.error);
  // The old base and all increments are as good as before, whichever manifest is there.
  if (!complete_) fail(publication.error);
}

Manifest AppendLog::rewritten() const {
  Manifest next;
  next.base = rewrite_->base;
  next.history = manifest_.history;
  if (manifest_.base) next.history.push_back(*manifest_.base);
  for (const LogFile& file : manifest_.increments) {
    const bool follows = file.sequence >= rewrite_->first_increment;
    (follows ? next.increments : next.history).push_back(file);
  }
  if (candidate_) next.increments.push_back(*candidate_);
  return next;
}

void AppendLog::adopt_base(Manifest manifest) {
  manifest_ = std::move(manifest);
  const bool recovers = candidate_.has_value();
  const std::uint64_t epoch = std::max(rewrite_->epoch, written_epoch_);
  candidate_.reset();
  rewrite_.reset();
  ++working_facts_.rewrites;
  std::vector<std::string> others = names_of(manifest_);
  if (writer_ != nullptr) others.pop_back();
  other_bytes_ = 0;
  for (const std::string& name : others) other_bytes_ += bytes_of(name);
  working_facts_.base_bytes = other_bytes_ + (writer_ ? writer_->bytes() : 0);
  if (recovers) {
    complete_ = true;
    sync_failed_ = false;
    if (std::exchange(marked_, false)) remove_sync_mark(disk_, target_);
    working_facts_.last_write_ok = true;
    note_facts();
    events_.recovered();
    events_.durable(epoch);
  }
  events_.rewrite_ended(true, "");
  remove_history();
}

void AppendLog::perform(const RewriteFailed& failed) {
  discard(failed.base);
  if (!rewrite_ || rewrite_->base.sequence != failed.base.sequence) return;
  rewrite_.reset();
  drop_candidate();
}

void AppendLog::end_rewrite(const std::string& error) {
  if (!rewrite_) return;
  rewrite_.reset();
  events_.rewrite_ended(false, error);
}

// -- failures -------------------------------------------------------------------------------------

void AppendLog::fail(const std::string& error) {
  adopt_writer(nullptr);
  complete_ = false;
  working_facts_.last_write_ok = false;
  if (sync_failed_ && !marked_) marked_ = leave_sync_mark(disk_, target_);
  drop_candidate();
  note_facts();
  events_.failed(error);
  // A base whose increment was published before the failure is still worth publishing: it holds
  // the counts until the failure in fewer bytes, and frees the rest.
  if (!rewrite_) return;
  const auto& named = manifest_.increments;
  const bool publishable = std::any_of(named.begin(), named.end(), [&](const LogFile& file) {
    return file.sequence == rewrite_->first_increment;
  });
  if (!publishable) end_rewrite(error);
}

void AppendLog::drop_candidate() {
  if (!candidate_) return;
  writer_.reset();
  discard(*std::exchange(candidate_, std::nullopt));
}

/// Removes a file that no manifest can name.
void AppendLog::discard(const LogFile& file) {
  const bool named = manifest_.base && manifest_.base->name == file.name;
  if (named || is_among(file, manifest_.history)) return;
  if (!remove_file(file)) doubt(file);
}

/// True: there is no file of this name any more.
bool AppendLog::remove_file(const LogFile& file) {
  auto removed = disk_.unlink(target_.path(file.name));
  if (!removed) return removed.error().code == ENOENT;
  if (*removed != nullptr && events_.remains) events_.remains(std::move(*removed));
  return true;
}

/// REQUIRES: the manifest is durable, so that no other can be found that names these files.
void AppendLog::remove_history() {
  if (manifest_.history.empty()) return;
  Manifest next = manifest_;
  std::erase_if(next.history, [&](const LogFile& file) { return remove_file(file); });
  // Whatever fails here leaves names of removed files in the history, which the next publication
  // clears.
  if (!disk_.sync_directory(target_.directory)) return;
  const Publication publication = publish_manifest(disk_, target_, next);
  if (publication.outcome == Outcome::kDone) manifest_ = std::move(next);
}

// -- figures --------------------------------------------------------------------------------------

std::uint64_t AppendLog::bytes_of(const std::string& name) const {
  const auto file = disk_.read(target_.path(name));
  return file ? (*file)->bytes().size() : 0;
}

AppendLogFacts AppendLog::facts() const {
  AppendLogFacts facts;
  {
    const std::lock_guard lock{facts_mutex_};
    facts = facts_;
  }
  facts.queued_bytes = queue_.queued_bytes();
  facts.delayed_frames = queue_.merged_frames();
  return facts;
}

void AppendLog::note_facts() {
  working_facts_.complete = complete_;
  const bool counts = writer_ != nullptr && !candidate_;
  working_facts_.current_bytes = other_bytes_ + (counts ? writer_->bytes() : 0);
  const std::lock_guard lock{facts_mutex_};
  facts_ = working_facts_;
}

}  // namespace countd::persistence
