#include "server/append_only.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "commands/checked_out.h"
#include "config/options.h"
#include "persistence/log_loader.h"
#include "persistence/snapshot_loader.h"
#include "server/replay.h"
#include "server/server.h"

namespace countd::server {

using persistence::AppendLogStart;
using persistence::LogPolicy;
using persistence::LogSync;
using persistence::StartIncrement;
using storage::log::LogFile;

namespace {

// What is written is to be on disk within a second: an interval, and the time its frame takes.
constexpr storage::Millis kDurableWithinMs = 1000;
constexpr storage::Millis kCronMs = 100;
constexpr storage::Millis kShortestIntervalMs = 200;
constexpr storage::Millis kAttemptEveryMs = 1000;
// With so much waiting for the disk no cut is made: the interval grows instead.
constexpr std::uint64_t kMostQueuedBytes = 64 << 20;
constexpr std::size_t kLastSlice = 1 << 16;

LogSync sync_of(config::AppendFsync fsync) {
  switch (fsync) {
    case config::AppendFsync::kAlways:
      return LogSync::kAlways;
    case config::AppendFsync::kEverySecond:
      return LogSync::kEverySecond;
    case config::AppendFsync::kNo:
      break;
  }
  return LogSync::kNo;
}

}  // namespace

AppendOnly::AppendOnly(Server& server) : server_(server) {}

AppendOnly::~AppendOnly() {
  if (closing_.joinable()) closing_.join();
}

persistence::AppendLogTarget AppendOnly::target() const {
  const auto& options = server_.store().current();
  return {storage::join_path(options.dir, options.appenddirname), options.appendfilename};
}

// -- the start ------------------------------------------------------------------------------------

std::string AppendOnly::open() {
  auto opened = persistence::open_log(disk_, target());
  if (!opened) return opened.error().what;
  opened_ = std::move(*opened);
  for (const auto& name : opened_.removed) {
    server_.log().notice("Removed what a crash had left: " + name);
  }
  return {};
}

std::uint64_t AppendOnly::file_seed() {
  if (!opened_.manifest.base) return 0;
  return persistence::snapshot_hash_seed(disk_, target().path(opened_.manifest.base->name))
      .value_or(0);
}

std::string AppendOnly::load(std::span<storage::Keyspace* const> keys) {
  return opened_.empty() ? load_snapshot(keys) : load_log(keys);
}

std::string AppendOnly::load_log(std::span<storage::Keyspace* const> keys) {
  const auto& options = server_.store().current();
  persistence::LogLoad load;
  load.target = target();
  load.manifest = opened_.manifest;
  load.shards = keys;
  load.shard_of = commands::key_shard;
  load.options.base.databases = options.databases;
  load.options.base.skip_unsupported =
      options.rdb_unsupported == config::RdbUnsupported::kSkip;
  load.options.load_truncated = options.aof_load_truncated;
  Replay replay(keys, *server_.shared().table, options, server_.shared().hash_seed);
  const auto loaded = persistence::load_log(
      disk_, load, [&](std::span<const std::string_view> words) { return replay.run(words); });
  if (!loaded) return loaded.error().what;
  for (const auto& warning : loaded->warnings) server_.log().warning(warning);
  server_.log().notice(fmt::format(
      "DB loaded from append only file: {} files, {} keys of the base, {} commands, {:.3f} seconds",
      loaded->files, loaded->base_keys, loaded->commands, loaded->seconds));
  begin(keys,
        {.manifest = opened_.manifest, .bytes = opened_.bytes, .torn = loaded->torn,
         .continues = true},
        loaded->last_epoch + 1);
  return {};
}

// No log yet. What a snapshot holds becomes its base, before anything is served.
std::string AppendOnly::load_snapshot(std::span<storage::Keyspace* const> keys) {
  if (auto error = server_.snapshots().load(keys); !error.empty()) return error;
  bool any = false;
  for (const auto* const each : keys) {
    for (int db = 0; db < each->databases(); ++db) any |= each->size(db) > 0;
  }
  AppendLogStart start{.manifest = opened_.manifest, .bytes = 0, .torn = {}, .continues = true};
  if (any) {
    const std::uint64_t sequence = 1;
    const LogFile base{storage::log::base_name(target().name, sequence), sequence};
    persistence::SnapshotTarget file;
    file.directory = target().directory;
    file.file_name = base.name;
    const auto written = server_.snapshots().write_base(file, keys);
    if (!written.ok) return "the log's first base could not be written: " + written.error;
    start.manifest.base = base;
    start.bytes = written.bytes;
    const auto publication = publish_manifest(disk_, target(), start.manifest);
    if (publication.outcome != persistence::Publication::Outcome::kDone) {
      return "the log's manifest could not be written: " + publication.error;
    }
  }
  begin(keys, std::move(start), 1);
  return {};
}

void AppendOnly::begin(std::span<storage::Keyspace* const> keys, AppendLogStart start,
                       std::uint64_t next_epoch) {
  const bool continues = start.continues;
  auto& gate = server_.log_gate();
  pushed_epoch_.store(next_epoch - 1);
  gate.set_durable(next_epoch - 1);
  auto thread = std::make_shared<persistence::AppendLogThread>(disk_, target(), std::move(start),
                                                               events());
  {
    const std::lock_guard lock(mutex_);
    thread_ = std::move(thread);
  }
  push_policy();
  state_.store(continues ? State::kOn : State::kJoining);
  if (continues) {
    thread_->push(StartIncrement{});
    gate.journal().attach(*this);
    gate.journal().begin(keys, next_epoch);
  }
  set_withhold();
}

persistence::AppendLogEvents AppendOnly::events() {
  return {.durable = [this](std::uint64_t epoch) { durable(epoch); },
          .failed = [this](const std::string& error) { failed(error); },
          .recovered = [this] { recovered(); },
          .rewrite_ended =
              [this](bool ok, const std::string& error) {
                server_.shard(0).post([this, ok, error] { rewrite_ended(ok, error); });
              }};
}

// -- frames ---------------------------------------------------------------------------------------

void AppendOnly::take(const journal::FramePtr& frame) {
  pushed_epoch_.store(frame->epoch);
  thread_->push(frame);
}

// With `always` one frame is under way at a time: what comes meanwhile is the next one's.
bool AppendOnly::ready() const {
  const auto& options = server_.store().current();
  if (state_.load() != State::kOn) return true;
  if (options.appendfsync == config::AppendFsync::kAlways) {
    return server_.log_gate().durable() >= pushed_epoch_.load();
  }
  return thread_->log().queued_bytes() < kMostQueuedBytes;
}

void AppendOnly::check(storage::Millis now) {
  release_waiters();
  if (!on()) return;
  check_cut(now);
  check_rewrite(now);
}

void AppendOnly::check_cut(storage::Millis now) {
  auto& gate = server_.log_gate();
  const storage::Millis interval = std::clamp<storage::Millis>(
      kDurableWithinMs - kCronMs - last_frame_ms_.load(), kShortestIntervalMs, kDurableWithinMs);
  const bool due = now - last_cut_ >= interval || now < last_cut_ || gate.crowded();
  if (!due || cut_asked_ || !gate.journal().dirty() || !gate.journal().ready()) return;
  cut_asked_ = true;
  last_cut_ = now;
  server_.shard(0).turn().check_out_all(
      [this](std::span<storage::Keyspace* const> keys) { cut(keys); });
}

void AppendOnly::cut(std::span<storage::Keyspace* const> keys) {
  auto& gate = server_.log_gate();
  cut_asked_ = false;
  if (!gate.journal().ready()) return;
  gate.set_crowded(false);
  gate.journal().cut(keys, server_.now(), nullptr);
  server_.wake_for_parts();
}

void AppendOnly::durable(std::uint64_t epoch) {
  auto& gate = server_.log_gate();
  gate.set_durable(epoch);
  if (server_.store().current().appendfsync == config::AppendFsync::kAlways) {
    server_.release_withheld(epoch);
  } else {
    last_frame_ms_.store(std::max<storage::Millis>(0, server_.now() - last_cut_.load()));
  }
  release_waiters();
}

void AppendOnly::when_durable(const commands::DurableWait& wait,
                              std::function<void(bool)> done) {
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back({.epoch = server_.log_gate().journal().told_until(),
                        .deadline = wait.timeout_ms == 0 ? 0 : server_.now() + wait.timeout_ms,
                        .until_deadline = wait.until_timeout,
                        .done = std::move(done)});
  }
  release_waiters();
}

void AppendOnly::release_waiters() {
  std::vector<std::pair<std::function<void(bool)>, bool>> due;
  {
    const std::lock_guard lock(mutex_);
    const storage::Millis now = server_.now();
    const std::uint64_t epoch = server_.log_gate().durable();
    std::erase_if(waiters_, [&](Waiter& waiter) {
      const bool durable = state_.load() == State::kOn && waiter.epoch <= epoch;
      const bool late = waiter.deadline != 0 && now >= waiter.deadline;
      if (!late && (!durable || waiter.until_deadline)) return false;
      due.emplace_back(std::move(waiter.done), durable);
      return true;
    });
  }
  for (const auto& [done, durable] : due) done(durable);
}

// -- rewriting ------------------------------------------------------------------------------------

bool AppendOnly::rewrite() {
  {
    const std::lock_guard lock(mutex_);
    if (rewriting_) return false;
    rewriting_ = true;
    rewrite_began_ = server_.now();
  }
  server_.shard(0).post([this] { begin_rewrite(); });
  return true;
}

void AppendOnly::begin_rewrite() {
  if (!on()) return rewrite_ended(false, "the log was switched off");
  push_policy();
  const Base base{thread_, thread_->log().claim_base()};
  BaseJob job;
  job.target.directory = target().directory;
  job.target.file_name = base.file.name;
  job.target.checksum = server_.store().current().rdbchecksum;
  job.target.blocks.compress = server_.store().current().rdbcompression;
  job.cut = [this, base](std::span<storage::Keyspace* const> keys) {
    return cut_for_base(keys, base);
  };
  job.done = [this, base](const persistence::SnapshotResult& result) {
    base_written(base, result);
  };
  server_.log().notice("Background append only file rewriting started");
  server_.snapshots().start_base(std::move(job));
}

// The base is the state at the end of this interval; the next one's frames go behind it.
bool AppendOnly::cut_for_base(std::span<storage::Keyspace* const> keys, const Base& base) {
  auto& journal = server_.log_gate().journal();
  if (journal.cut_running()) return false;
  if (thread_ != base.log) return true;
  last_cut_.store(server_.now());
  if (!journal.running()) {
    const std::uint64_t next = pushed_epoch_.load() + 1;
    journal.attach(*this);
    journal.begin(keys, next);
    thread_->push(StartIncrement{base.file, next - 1});
    return true;
  }
  const std::uint64_t epoch = journal.epoch();
  journal.cut(keys, server_.now(), [base, epoch] {
    base.log->push(StartIncrement{base.file, epoch});
  });
  server_.wake_for_parts();
  return true;
}

void AppendOnly::base_written(const Base& base, const persistence::SnapshotResult& result) {
  if (thread_ != base.log) {
    static_cast<void>(disk_.remove(target().path(base.file.name)));
    return rewrite_ended(false, "the log was switched off");
  }
  if (result.ok) return thread_->push(persistence::PublishBase{base.file});
  thread_->push(persistence::RewriteFailed{base.file});
  rewrite_ended(false, result.error);
}

void AppendOnly::rewrite_ended(bool ok, const std::string& error) {
  const auto now = server_.now();
  {
    const std::lock_guard lock(mutex_);
    rewriting_ = false;
    last_rewrite_ok_ = ok;
    last_rewrite_seconds_ = (now - rewrite_began_) / 1000;
  }
  next_attempt_ = now + kAttemptEveryMs;
  push_policy();
  if (ok) {
    server_.log().notice("Background append only file rewriting finished successfully");
  } else {
    server_.log().warning("Background append only file rewriting failed: " + error);
  }
}

void AppendOnly::check_rewrite(storage::Millis now) {
  {
    const std::lock_guard lock(mutex_);
    if (rewriting_) return;
  }
  const State state = state_.load();
  if (state == State::kFailed || state == State::kJoining) {
    if (now >= next_attempt_) rewrite();
    return;
  }
  const auto& options = server_.store().current();
  const auto log = thread_->log().facts();
  const std::uint64_t base = std::max<std::uint64_t>(log.base_bytes, 1);
  const bool grown =
      options.auto_aof_rewrite_percentage > 0 &&
      log.current_bytes >= options.auto_aof_rewrite_min_size && log.current_bytes > base &&
      (log.current_bytes - base) * 100 / base >=
          static_cast<std::uint64_t>(options.auto_aof_rewrite_percentage);
  if (grown && (last_rewrite_ok() || now >= next_attempt_)) {
    server_.log().notice(fmt::format("Starting automatic rewriting of AOF on {}% growth",
                                     (log.current_bytes - base) * 100 / base));
    rewrite();
  }
}

// -- failures (on the log's thread) ---------------------------------------------------------------

void AppendOnly::failed(const std::string& error) {
  server_.log().warning("The append only log cannot be written: " + error);
  State on = State::kOn;
  state_.compare_exchange_strong(on, State::kFailed);
  if (state_.load() != State::kFailed) return;
  server_.set_gate(shard::kLogGate, true);
  set_withhold();
  server_.close_withheld();
}

void AppendOnly::recovered() {
  server_.log().notice("The append only log is complete again");
  state_.store(State::kOn);
  server_.set_gate(shard::kLogGate, false);
  set_withhold();
}

// -- options --------------------------------------------------------------------------------------

LogPolicy AppendOnly::policy() const {
  const auto& options = server_.store().current();
  const std::lock_guard lock(mutex_);
  return {.sync = sync_of(options.appendfsync),
          .timestamps = options.aof_timestamp_enabled,
          .no_sync_on_rewrite = options.no_appendfsync_on_rewrite,
          .rewriting = rewriting_};
}

void AppendOnly::push_policy() {
  const LogPolicy now = policy();
  const std::lock_guard lock(mutex_);
  if (thread_ != nullptr) thread_->push(now);
}

void AppendOnly::set_withhold() {
  const bool always = server_.store().current().appendfsync == config::AppendFsync::kAlways;
  server_.log_gate().withhold(always && state_.load() == State::kOn);
}

void AppendOnly::options_changed() {
  server_.shard(0).post([this] {
    const bool wanted = server_.store().current().appendonly;
    if (wanted && !on()) switch_on();
    if (!wanted && on()) switch_off();
    if (!on()) return;
    push_policy();
    set_withhold();
    // What was kept back under the former policy may be due under the new one.
    const bool always = server_.store().current().appendfsync == config::AppendFsync::kAlways;
    server_.release_withheld(always ? server_.log_gate().durable() : ~std::uint64_t{0});
  });
}

void AppendOnly::switch_on() {
  if (closing_.joinable()) closing_.join();
  if (auto error = open(); !error.empty()) {
    server_.log().warning("The append only log cannot be switched on: " + error);
    return;
  }
  begin({}, {.manifest = opened_.manifest, .bytes = opened_.bytes, .torn = {}, .continues = false},
        server_.log_gate().journal().epoch() + 1);
  rewrite();
}

void AppendOnly::switch_off() {
  server_.shard(0).turn().check_out_all([this](std::span<storage::Keyspace* const> keys) {
    auto& gate = server_.log_gate();
    state_.store(State::kOff);
    gate.withhold(false);
    gate.journal().end(keys);
    gate.journal().detach(*this);
    server_.set_gate(shard::kLogGate, false);
    std::shared_ptr<persistence::AppendLogThread> thread;
    {
      const std::lock_guard lock(mutex_);
      thread = std::exchange(thread_, nullptr);
    }
    server_.release_withheld(~std::uint64_t{0});
    if (closing_.joinable()) closing_.join();
    closing_ = std::thread([this, thread = std::move(thread)] {
      thread->close();
      opened_.lock.reset();
    });
    server_.log().notice("The append only log was switched off");
  });
}

// -- the end --------------------------------------------------------------------------------------

void AppendOnly::close(std::span<storage::Keyspace* const> keys) {
  if (closing_.joinable()) closing_.join();
  if (thread_ == nullptr) return;
  auto& journal = server_.log_gate().journal();
  const auto hand_over = [&] {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      while (journal.part_open(i) && !journal.slice(i, *keys[i], kLastSlice)) {
      }
    }
  };
  if (journal.running()) {
    hand_over();
    if (journal.dirty()) journal.cut(keys, server_.now(), nullptr);
    hand_over();
    journal.end(keys);
    journal.detach(*this);
  }
  thread_->close();
  thread_.reset();
  state_.store(State::kOff);
}

bool AppendOnly::last_rewrite_ok() const {
  const std::lock_guard lock(mutex_);
  return last_rewrite_ok_;
}

LogFacts AppendOnly::facts() const {
  const std::lock_guard lock(mutex_);
  LogFacts facts;
  facts.on = on();
  facts.rewriting = rewriting_;
  facts.last_rewrite_ok = last_rewrite_ok_;
  facts.last_rewrite_seconds = last_rewrite_seconds_;
  if (rewriting_) facts.current_rewrite_seconds = (server_.now() - rewrite_began_) / 1000;
  if (thread_ == nullptr) return facts;
  const auto log = thread_->log().facts();
  facts.last_write_ok = log.last_write_ok;
  facts.current_bytes = log.current_bytes;
  facts.base_bytes = log.base_bytes;
  facts.queued_bytes = log.queued_bytes;
  facts.delayed_frames = log.delayed_frames;
  facts.dropped_frames = log.dropped_frames;
  facts.rewrites = log.rewrites;
  facts.durable_epoch = server_.log_gate().durable();
  return facts;
}

}  // namespace countd::server
