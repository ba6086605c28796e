#include "server/log_rewrites.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/snapshot_options.h"

namespace countd::server {

using persistence::StartIncrement;

namespace {

constexpr storage::Millis kAttemptEveryMs = 1000;

}  // namespace

bool LogRewrites::claim() {
  const std::lock_guard lock(mutex_);
  if (running_) return false;
  running_ = true;
  began_ = host_.now();
  return true;
}

bool LogRewrites::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

void LogRewrites::begin(const std::shared_ptr<persistence::LogWorker>& log) {
  if (log == nullptr) return ended(false, "the log was switched off");
  current_ = log;
  const auto& options = host_.options();
  const Base base{log, log->log().claim_base(base_form(options))};
  current_base_ = base.file.sequence;
  BaseJob job;
  job.target = base_target(options, base.file);
  job.cut = [this, base](std::span<storage::Keyspace* const> keys) { return cut(keys, base); };
  job.done = [this, base](const persistence::SnapshotResult& result) { written(base, result); };
  host_.notice("Background append only file rewriting started");
  host_.start_base(std::move(job));
}

// The base is the state at the end of this interval; the next one's frames go behind it.
bool LogRewrites::cut(std::span<storage::Keyspace* const> keys, const Base& base) {
  auto& journal = host_.gate().journal();
  if (current_ != base.log) return true;  // nobody's base: it is thrown away once it is written
  if (journal.cut_running()) return false;
  if (!journal.running()) {
    base.log->push(StartIncrement{base.file, begin_journal_(keys)});
    return true;
  }
  const std::uint64_t epoch = journal.epoch();
  journal.cut(keys, host_.now(),
              [base, epoch] { base.log->push(StartIncrement{base.file, epoch}); });
  host_.wake_for_parts();
  return true;
}

void LogRewrites::written(const Base& base, const persistence::SnapshotResult& result) {
  if (current_ != base.log) {
    const auto path = log_target(host_.options()).path(base.file.name);
    if (auto removed = host_.disk().unlink(path)) freeing_.take(std::move(*removed));
    return;
  }
  if (result.ok) return base.log->push(persistence::PublishBase{base.file});
  base.log->push(persistence::RewriteFailed{base.file});
  // The log may have given this rewrite up, and another one be under way.
  if (running() && current_base_ == base.file.sequence) ended(false, result.error);
}

std::string LogRewrites::write_last(const std::shared_ptr<persistence::LogWorker>& log,
                                    std::span<storage::Keyspace* const> keys, std::uint64_t epoch) {
  const auto& options = host_.options();
  const auto base = log->log().claim_base(base_form(options));
  log->push(StartIncrement{base, epoch});
  log->drain();  // the directory may have to be made first
  const auto written = host_.write_base(base_target(options, base), keys);
  if (written.ok) {
    log->push(persistence::PublishBase{base});
  } else {
    log->push(persistence::RewriteFailed{base});
  }
  log->drain();
  return written.error;
}

void LogRewrites::ended(bool ok, const std::string& error) {
  const auto now = host_.now();
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    last_ok_ = ok;
    last_seconds_ = (now - began_) / 1000;
  }
  next_attempt_ = now + kAttemptEveryMs;
  if (ok) {
    host_.notice("Background append only file rewriting finished successfully");
  } else {
    host_.warning("Background append only file rewriting failed: " + error);
  }
}

void LogRewrites::forget() {
  current_.reset();
  const std::lock_guard lock(mutex_);
  running_ = false;
}

bool LogRewrites::due(const persistence::AppendLogFacts& log, bool lacks_base) const {
  // A clock that was set back does not put the next attempt off for as long.
  const auto now = host_.now();
  const bool may_try = now >= next_attempt_ || now < next_attempt_ - kAttemptEveryMs;
  if (running()) return false;
  if (lacks_base) return may_try;
  const auto& options = host_.options();
  const std::uint64_t base = std::max<std::uint64_t>(log.base_bytes, 1);
  if (options.auto_aof_rewrite_percentage == 0 || !may_try || log.current_bytes <= base ||
      log.current_bytes < options.auto_aof_rewrite_min_size) {
    return false;
  }
  const std::uint64_t growth = (log.current_bytes - base) * 100 / base;
  if (growth < static_cast<std::uint64_t>(options.auto_aof_rewrite_percentage)) return false;
  host_.notice(fmt::format("Starting automatic rewriting of AOF on {}% growth", growth));
  return true;
}

void LogRewrites::describe(LogFacts& facts) const {
  const std::lock_guard lock(mutex_);
  facts.rewriting = running_;
  facts.last_rewrite_ok = last_ok_;
  facts.last_rewrite_seconds = last_seconds_;
  if (running_) facts.current_rewrite_seconds = (host_.now() - began_) / 1000;
}

}  // namespace countd::server
