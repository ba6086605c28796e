#include "server/snapshots.h"

#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "commands/checked_out.h"
#include "commands/versions.h"
#include "config/options.h"
#include "persistence/snapshot_loader.h"
#include "persistence/snapshot_retention.h"
#include "server/process.h"
#include "server/server.h"
#include "server/snapshot_options.h"

namespace countd::server {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{2};
constexpr std::size_t kBaseSlice = 1 << 16;

}  // namespace

/// One snapshot under way. Kept alive by its shards' upkeep tasks too: a keyspace emits into it
/// until its traversal is over, even if the file has failed by then.
struct Snapshots::Run {
  Done done;                    // of a snapshot
  std::optional<BaseJob> base;  // of a base
  std::unique_ptr<persistence::SnapshotThread> thread;

  persistence::SnapshotWriter& writer() const { return thread->writer(); }

  std::uint64_t changes = 0;   // at the cut
  std::size_t parts_left = 0;  // the shards' traversals and the file; on shard 0's thread
  persistence::SnapshotResult result;
};

Snapshots::Snapshots(Server& server) : server_(server) {}

// Of a process that has this one's number there is nothing to spare: this one writes none yet.
void Snapshots::sweep() {
  const auto runs = [](std::int64_t process) {
    if (process == ::getpid()) return false;
    return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH;
  };
  const auto& dir = server_.store().current().dir;
  for (const auto& name : persistence::sweep_temporary_snapshots(disk_, dir, runs)) {
    server_.log().notice("Removed what a crash had left of a snapshot: " + name);
  }
}

Snapshots::~Snapshots() = default;

bool Snapshots::claim() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(busy_, true);
}

bool Snapshots::start(Done done) {
  if (!claim()) return false;
  {
    const std::lock_guard lock(mutex_);
    facts_.running = true;
    began_ = server_.now();
  }
  auto run = std::make_shared<Run>();
  run->done = std::move(done);
  start_claimed(std::move(run));
  return true;
}

void Snapshots::start_after(Done done) {
  if (start(done)) return;
  waiting_.emplace_back([this, done = std::move(done)] { start_after(done); });
}

void Snapshots::start_base(BaseJob job) {
  if (!claim()) {
    waiting_.emplace_back([this, job = std::move(job)] { start_base(job); });
    return;
  }
  auto run = std::make_shared<Run>();
  run->base = std::move(job);
  start_claimed(std::move(run));
}

void Snapshots::start_claimed(std::shared_ptr<Run> run) {
  server_.shard(0).post([this, run = std::move(run)]() mutable {
    run_ = std::move(run);
    check_out();
  });
}

void Snapshots::check_out() {
  server_.shard(0).turn().check_out_all(
      [this](std::span<storage::Keyspace* const> keys) { cut(keys); });
}

void Snapshots::try_again_soon() {
  retry_ = std::make_unique<boost::asio::steady_timer>(server_.shard(0).context());
  retry_->expires_after(kRetryDelay);
  retry_->async_wait([this](const boost::system::error_code& error) {
    if (!error) check_out();
  });
}

// All leases are held: every keyspace turns at the same moment.
// Their time is that of the cut: a shard that rested has its last turn's, and the file, whose time
// says what it holds, would be older than some of its entries.
void Snapshots::cut(std::span<storage::Keyspace* const> keys) {
  for (auto* const each : keys) each->begin_turn(server_.now());
  if (run_->base && !run_->base->cut(keys)) return try_again_soon();
  run_->parts_left = keys.size() + 1;
  auto to = run_->base ? run_->base->target : target();
  to.remains = [this](auto remains) { freeing_.take(std::move(remains)); };
  run_->thread = std::make_unique<persistence::SnapshotThread>(
      disk_, std::move(to), static_cast<int>(keys.size()),
      [this](const persistence::SnapshotResult& result) {
        server_.shard(0).post([this, result] {
          run_->result = result;
          part_done();
        });
      });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    run_->changes += keys[i]->counters().changes;
    keys[i]->begin_snapshot(run_->writer().shard(static_cast<int>(i)));
  }
  {
    const std::lock_guard lock(mutex_);
    began_ = keys[0]->now();
  }
  run_->writer().begin(file_facts(keys));
  for (std::size_t i = 0; i < keys.size(); ++i) walk(i);
}

storage::rdb::FileFacts Snapshots::file_facts(std::span<storage::Keyspace* const> keys) const {
  storage::rdb::FileFacts facts;
  facts.redis_version = commands::kRedisVersion;
  facts.countd_version = commands::kVersion;
  facts.created_seconds = keys[0]->now() / 1000;
  facts.used_memory_bytes = allocator_bytes().allocated;
  facts.hash_seed = server_.shared().hash_seed;
  for (int db = 0; db < keys[0]->databases(); ++db) {
    storage::rdb::DatabaseSize size{.db = db, .keys = 0, .expires = 0};
    for (const auto* const shard : keys) {
      size.keys += shard->size(db);
      size.expires += shard->expires(db);
    }
    if (size.keys > 0) facts.sizes.push_back(size);
  }
  return facts;
}

persistence::SnapshotResult Snapshots::write_base(const persistence::SnapshotTarget& target,
                                                  std::span<storage::Keyspace* const> keys) {
  persistence::SnapshotResult outcome;
  persistence::SnapshotThread thread(
      disk_, target, static_cast<int>(keys.size()),
      [&outcome](const persistence::SnapshotResult& result) { outcome = result; });
  auto& writer = thread.writer();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i]->abandon_snapshot();  // at the end of the server one may have been under way
    keys[i]->begin_snapshot(writer.shard(static_cast<int>(i)));
  }
  writer.begin(file_facts(keys));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    while (!keys[i]->snapshot_slice(kBaseSlice)) {
      while (writer.queued_bytes() > persistence::SnapshotWriter::kQueueLimit) {
        std::this_thread::sleep_for(kRetryDelay);
      }
    }
    writer.finish(static_cast<int>(i));
  }
  thread.wait();
  return outcome;
}

void Snapshots::walk(std::size_t shard) {
  server_.shard(shard).post([this, shard, run = run_] {
    server_.shard(shard).upkeep().begin_snapshot(
        {[run] { return static_cast<std::size_t>(run->writer().queued_bytes()); },
         [this, shard, run] {
           run->writer().finish(static_cast<int>(shard));
           server_.shard(0).post([this] { part_done(); });
         }});
  });
}

void Snapshots::part_done() {
  if (--run_->parts_left == 0) ended();
}

void Snapshots::ended() {
  const auto run = std::exchange(run_, nullptr);
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
  run->base ? run->base->done(run->result) : saved(*run);
  start_next();
}

void Snapshots::saved(const Run& run) {
  const auto& result = run.result;
  {
    const std::lock_guard lock(mutex_);
    facts_.running = false;
    facts_.last_ok = result.ok;
    facts_.last_seconds = static_cast<std::int64_t>(result.seconds);
    history_.finished(began_ / 1000, result.ok);
    if (result.ok) {
      facts_.last_save = server_.now();
      ++facts_.saves;
      changes_at_last_ = run.changes;
    }
  }
  if (result.ok) {
    server_.log().notice(
        fmt::format("DB saved on disk: {} bytes in {:.3f} seconds", result.bytes, result.seconds));
    if (!result.not_kept.empty()) {
      server_.log().warning("Former snapshots are not kept as snapshot-keep says: " +
                            result.not_kept);
    }
  } else {
    server_.log().warning("Snapshot failed: " + result.error);
  }
  if (run.done) run.done(result.ok, result.error);
}

void Snapshots::start_next() {
  if (waiting_.empty()) return;
  const auto next = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  next();
}

// The writer tells shard 0 when it is over: that must be there until then.
void Snapshots::abandon() {
  if (run_ == nullptr || run_->thread == nullptr) return;
  run_->writer().abandon("the server ends");
  run_->thread->wait();
}

void Snapshots::reload(Done done) {
  server_.shard(0).post([this, done = std::move(done)] {
    start_after([this, done](bool ok, std::string error) {
      if (!ok) return done(false, std::move(error));
      server_.shard(0).turn().check_out_all(
          [this, done](std::span<storage::Keyspace* const> keys) { load_again(keys, done); });
    });
  });
}

void Snapshots::load_again(std::span<storage::Keyspace* const> keys, const Done& done) {
  for (auto* const shard : keys) shard->clear(-1);
  const auto error = load(keys);
  server_.publish(keys);
  done(error.empty(), error);
}

std::string Snapshots::load(std::span<storage::Keyspace* const> shards) {
  const auto load = load_options(server_.store().current(), server_.now());
  const auto result = persistence::load_snapshot(disk_, path(), shards, commands::key_shard, load);
  const std::lock_guard lock(mutex_);
  changes_at_last_ = 0;
  for (const auto* const shard : shards) changes_at_last_ += shard->counters().changes;
  facts_.last_save = server_.now();
  history_.last_success = server_.now() / 1000;
  if (!result.has_value()) {
    if (result.error().missing) return {};
    return result.error().what;
  }
  facts_.last_load_keys = result->keys;
  facts_.last_load_expired = result->expired;
  for (const auto& [type, count] : result->unsupported) {
    server_.log().warning(fmt::format("Left out {} keys of type {}", count, type));
  }
  server_.log().notice(fmt::format("DB loaded from disk: {} keys, {} expired, {:.3f} seconds",
                                   result->keys, result->expired, result->seconds));
  return {};
}

std::uint64_t Snapshots::file_seed() {
  return persistence::snapshot_hash_seed(disk_, path()).value_or(0);
}

void Snapshots::check(storage::Millis now) {
  const auto& options = server_.store().current();
  const auto changes = server_.statistics().changes();
  bool due = false;
  bool refuse_writes = false;
  {
    const std::lock_guard lock(mutex_);
    refuse_writes = !facts_.last_ok && options.stop_writes_on_bgsave_error && !options.save.empty();
    due = !busy_ &&
          persistence::save_due(options.save, history_, changes - changes_at_last_, now / 1000);
  }
  server_.set_gate(shard::kMisconfGate, refuse_writes);
  if (due && start([](bool, const std::string&) {})) {
    server_.log().notice("Changes reached a save point. Saving...");
  }
}

SnapshotFacts Snapshots::facts(storage::Millis now, std::uint64_t changes) const {
  const std::lock_guard lock(mutex_);
  auto facts = facts_;
  facts.changes_since = changes - changes_at_last_;
  if (facts.running) facts.current_seconds = (now - began_) / 1000;
  return facts;
}

persistence::SnapshotTarget Snapshots::target() {
  const auto& options = server_.store().current();
  auto target = snapshot_target(options, options.dir, options.dbfilename);
  target.number = ++number_;
  target.keep = static_cast<std::size_t>(options.snapshot_keep);
  return target;
}

std::string Snapshots::path() const {
  const auto& options = server_.store().current();
  return options.dir + "/" + options.dbfilename;
}

}  // namespace countd::server
