#include "server/append_only.h"

#include <algorithm>
#include <utility>

#include "config/options.h"

namespace countd::server {

using persistence::LogPolicy;
using persistence::LogSync;
using persistence::StartIncrement;

namespace {

// What is written is to be on disk within a second: an interval, and the time its frame takes.
constexpr storage::Millis kDurableWithinMs = 1000;
constexpr storage::Millis kCheckMs = 100;
constexpr storage::Millis kShortestIntervalMs = 200;
constexpr std::size_t kLastSlice = 1 << 16;
constexpr std::uint64_t kAllEpochs = ~std::uint64_t{0};

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

AppendOnly::AppendOnly(LogHost& host)
    : host_(host), opening_(host), rewrites_(host, [this](auto keys) {
        const std::uint64_t before = pushed_epoch_.load();
        begin_journal(keys, before + 1);
        return before;
      }) {}

AppendOnly::~AppendOnly() {
  if (closing_.joinable()) closing_.join();
}

std::shared_ptr<persistence::LogWorker> AppendOnly::worker() const {
  const std::lock_guard lock(mutex_);
  return worker_;
}

bool AppendOnly::always() const {
  return host_.options().appendfsync == config::AppendFsync::kAlways;
}

void AppendOnly::begin(std::span<storage::Keyspace* const> keys) {
  auto& beginning = opening_.beginning();
  // As in `start`: what the files do not hold for certain has an epoch of its own.
  if (beginning.start.sync_failed) ++beginning.next_epoch;
  start(std::move(beginning.start), beginning.next_epoch);
  if (state_.load() == State::kOn) worker()->push(StartIncrement{});
  begin_journal(keys, beginning.next_epoch);
}

void AppendOnly::start(persistence::AppendLogStart start, std::uint64_t next_epoch) {
  pushed_epoch_.store(next_epoch - 1);
  // Where the log does not hold what is counted already, that is told by an epoch of its own,
  // which becomes durable with the first base.
  host_.gate().set_durable(start.complete() ? next_epoch - 1 : next_epoch - 2);
  state_.store(start.complete() ? State::kOn : start.continues ? State::kFailed : State::kJoining);
  if (state_.load() == State::kFailed) {
    host_.refuse_writes(true);
    host_.warning(
        "A sync of the append only log had failed before the server's end: the log is written "
        "anew, and writes are refused until that is done");
  }
  std::shared_ptr<persistence::LogWorker> made = host_.make_worker(std::move(start), events());
  {
    const std::lock_guard lock(mutex_);
    worker_ = std::move(made);
  }
  apply_options();
}

void AppendOnly::begin_journal(std::span<storage::Keyspace* const> keys, std::uint64_t next_epoch) {
  host_.gate().journal().attach(*this);
  host_.gate().journal().begin(keys, next_epoch);
}

// A log that is closed aside may still speak when the next one has been begun.
persistence::AppendLogEvents AppendOnly::events() {
  persistence::AppendLogEvents events;
  events.durable = [this](std::uint64_t epoch) { durable(epoch); };
  events.failed = [this](const std::string& error) { failed(error); };
  events.recovered = [this] { recovered(); };
  events.rewrite_ended = [this, of = generation_.load()](bool ok, const std::string& error) {
    host_.post([this, of, ok, error] {
      if (of != generation_.load()) return;
      rewrites_.ended(ok, error);
      apply_options();
    });
  };
  return events;
}

// -- frames ---------------------------------------------------------------------------------------

void AppendOnly::take(const journal::FramePointer& frame) {
  pushed_epoch_.store(frame->epoch);
  worker()->push(frame);
}

// With `always` one frame is under way at a time: what comes meanwhile is the next one's. Otherwise
// no cut is made while too much waits for the disk: the interval grows instead.
bool AppendOnly::ready() const {
  if (always() && state_.load() == State::kOn) {
    return host_.gate().durable() >= pushed_epoch_.load();
  }
  return worker()->log().queued_bytes() < host_.options().append_log_queue_limit;
}

void AppendOnly::check() {
  waits_.settle(host_.gate().durable(), host_.steady_now());
  const auto log = worker();
  if (log == nullptr) return;
  check_cut();
  check_kept();
  if (rewrites_.due(log->log().facts(), state_.load() != State::kOn)) rewrite();
}

void AppendOnly::check_cut() {
  auto& journal = host_.gate().journal();
  const storage::Millis now = host_.now();
  const storage::Millis interval = std::clamp<storage::Millis>(
      kDurableWithinMs - kCheckMs - last_frame_ms_.load(), kShortestIntervalMs, kDurableWithinMs);
  const storage::Millis since = now - last_cut_.load();
  const bool due = since >= interval || since < 0 || host_.gate().crowded();
  if (!due || cut_asked_ || !journal.dirty() || !journal.ready()) return;
  cut_asked_ = true;
  host_.check_out_all([this](std::span<storage::Keyspace* const> keys) { cut(keys); });
}

// A disk that stands still stops no shard; what the shards keep for it meanwhile has a bound.
void AppendOnly::check_kept() {
  const std::uint64_t limit = host_.options().append_log_kept_limit;
  const std::uint64_t kept = host_.gate().journal().kept_bytes();
  const bool behind = kept > (behind_.load() ? limit / 2 : limit);
  if (behind == behind_.load()) return;
  behind ? host_.warning("The append only log stands still: writes are refused until it goes on")
         : host_.notice("The append only log goes on");
  const std::lock_guard lock(mutex_);
  behind_.store(behind);
  refuse_writes();
}

void AppendOnly::refuse_writes() {
  host_.refuse_writes(state_.load() == State::kFailed || behind_.load());
}

void AppendOnly::cut(std::span<storage::Keyspace* const> keys) {
  cut_asked_ = false;
  auto& journal = host_.gate().journal();
  if (!journal.ready()) return;
  last_cut_.store(host_.now());
  host_.gate().set_crowded(false);
  journal.cut(keys, host_.now(), nullptr);
  host_.wake_for_parts();
}

// -- what the log tells (on its thread) -----------------------------------------------------------

void AppendOnly::durable(std::uint64_t epoch) {
  host_.gate().set_durable(epoch);
  if (always()) {
    host_.release_withheld(epoch);
  } else {
    last_frame_ms_.store(std::max<storage::Millis>(0, host_.now() - last_cut_.load()));
  }
  waits_.settle(epoch, host_.steady_now());
}

void AppendOnly::failed(const std::string& error) {
  host_.warning("The append only log cannot be written: " + error);
  if (change_state(State::kFailed)) host_.close_withheld();
}

void AppendOnly::recovered() {
  host_.notice("The append only log is complete again");
  change_state(State::kOn);
}

// What the log tells may be overtaken by its being switched off.
bool AppendOnly::change_state(State to) {
  const std::lock_guard lock(mutex_);
  const State from = state_.load();
  if (from == State::kOff) return false;
  if (from == State::kJoining && to == State::kFailed) return false;
  state_.store(to);
  set_withhold();
  refuse_writes();
  return true;
}

// -- on demand ------------------------------------------------------------------------------------

bool AppendOnly::rewrite() {
  if (!rewrites_.claim()) return false;
  host_.post([this] {
    apply_options();
    if (state_.load() == State::kFailed) {
      // The directory may have vanished, and its lock with it: what is made anew is locked first.
      if (const auto error = opening_.renew_lock(); !error.empty()) {
        return rewrites_.ended(false, error);
      }
    }
    rewrites_.begin(worker());
  });
  return true;
}

void AppendOnly::when_durable(const commands::DurableWait& wait, DurableWaits::Done done) {
  const auto told = std::max(host_.gate().journal().told_until(), pushed_epoch_.load());
  waits_.add(told, wait, host_.steady_now(), std::move(done));
  waits_.settle(host_.gate().durable(), host_.steady_now());
}

bool AppendOnly::unblock(std::uint64_t client, bool refuse) {
  return waits_.end(client, host_.gate().durable(), refuse);
}

LogFacts AppendOnly::facts() const {
  LogFacts facts;
  facts.on = on();
  rewrites_.describe(facts);
  facts.durable_epoch = host_.gate().durable();
  facts.kept_bytes = host_.gate().journal().kept_bytes();
  if (const auto log = worker()) facts.files = log->log().facts();
  return facts;
}

// -- options --------------------------------------------------------------------------------------

void AppendOnly::options_changed() {
  {
    // At once: who is told that `always` is set now must not get a reply that does not wait.
    const std::lock_guard lock(mutex_);
    set_withhold();
  }
  host_.post([this] {
    const bool wanted = host_.options().appendonly;
    if (wanted && !on()) switch_on();
    if (!wanted && on()) switch_off();
    apply_options();
    // What was kept back under the former policy may be due under the new one.
    host_.release_withheld(always() ? host_.gate().durable() : kAllEpochs);
  });
}

void AppendOnly::apply_options() {
  const auto log = worker();
  if (log == nullptr) return;
  const auto& options = host_.options();
  log->push(LogPolicy{.sync = sync_of(options.appendfsync),
                      .timestamps = options.aof_timestamp_enabled,
                      .room = options.append_log_room & ~std::uint64_t{1},
                      .no_sync_on_rewrite = options.no_appendfsync_on_rewrite,
                      .rewriting = rewrites_.running()});
  set_withhold();
}

void AppendOnly::set_withhold() {
  auto& gate = host_.gate();
  const State state = state_.load();
  // In this order a wave that is done meanwhile finds one or the other.
  if (always() && state == State::kFailed) gate.set_failed(true);
  gate.withhold(always() && state == State::kOn);
  if (!always() || state != State::kFailed) gate.set_failed(false);
}

void AppendOnly::switch_on() {
  if (closing_.joinable()) closing_.join();
  if (auto error = opening_.open(); !error.empty()) {
    return host_.warning("The append only log cannot be switched on: " + error);
  }
  start(opening_.stale(), host_.gate().journal().epoch() + 1);  // above 1
  rewrite();
}

// What was changed until now is written before the log ends, and whoever waits for it waits for
// that. Large as the last interval may be, it is told at one go: from then on nothing is.
void AppendOnly::switch_off() {
  host_.check_out_all([this](std::span<storage::Keyspace* const> keys) {
    if (!on()) return;
    tell_rest(keys);
    end(keys);
    if (closing_.joinable()) closing_.join();
    closing_ = host_.run_aside([this, log = worker()] { close_aside(*log); });
    const std::lock_guard lock(mutex_);
    worker_.reset();
  });
}

void AppendOnly::close_aside(persistence::LogWorker& log) {
  log.close();
  opening_.release_lock();
  host_.post([this, written = log.log().facts().last_write_ok] {
    written ? host_.release_withheld(kAllEpochs) : host_.close_withheld();
    waits_.give_up();
    host_.notice("The append only log was switched off");
  });
}

void AppendOnly::end(std::span<storage::Keyspace* const> keys) {
  {
    const std::lock_guard lock(mutex_);
    state_.store(State::kOff);
    ++generation_;
    set_withhold();
    behind_.store(false);
    refuse_writes();
  }
  rewrites_.forget();
  host_.gate().journal().end(keys);
  host_.gate().journal().detach(*this);
}

// -- the end --------------------------------------------------------------------------------------

// REQUIRES: all shards are checked out, or their threads have ended.
void AppendOnly::tell_rest(std::span<storage::Keyspace* const> keys) {
  auto& journal = host_.gate().journal();
  if (!journal.running()) return;
  const auto hand_over = [&] {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      while (journal.part_open(i) && !journal.slice(i, *keys[i], kLastSlice)) {
      }
    }
  };
  hand_over();
  if (journal.dirty()) journal.cut(keys, host_.now(), nullptr);
  hand_over();
}

void AppendOnly::close(std::span<storage::Keyspace* const> keys) {
  if (closing_.joinable()) closing_.join();
  const auto log = worker();
  if (log == nullptr) return;
  tell_rest(keys);
  log->drain();
  if (!log->log().facts().complete) complete(log, keys);
  log->close();
  end(keys);
  const std::lock_guard lock(mutex_);
  worker_.reset();
}

// A log that was switched on and has no base yet, or has failed, would bring an older state back.
void AppendOnly::complete(const std::shared_ptr<persistence::LogWorker>& log,
                          std::span<storage::Keyspace* const> keys) {
  host_.notice("The append only log is incomplete: it is written anew before the end");
  auto error = state_.load() == State::kFailed ? opening_.renew_lock() : std::string{};
  if (error.empty()) error = rewrites_.write_last(log, keys, pushed_epoch_.load());
  if (log->log().facts().complete) return;
  host_.warning("The append only log lacks what was written since it was last complete: " + error);
}

}  // namespace countd::server
