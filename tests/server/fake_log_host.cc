#include "tests/server/fake_log_host.h"

#include <utility>

#include "commands/checked_out.h"
#include "server/snapshots.h"

namespace countd::test {

using persistence::SnapshotResult;
using persistence::SnapshotWriter;

class FakeLogHost::Worker final : public persistence::LogWorker {
 public:
  Worker(FakeLogHost& host, persistence::AppendLogStart start, persistence::AppendLogEvents events)
      : host_(host),
        log_(host.files, server::log_target(host.settings), std::move(start), std::move(events)) {
    host_.worker_ = this;
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() override {
    if (host_.worker_ == this) host_.worker_ = nullptr;
  }

  void push(persistence::LogJob job) override { log_.push(std::move(job)); }
  void drain() override {
    while (log_.step()) {
    }
  }
  void close() override {
    log_.push(persistence::CloseLog{});
    drain();
  }
  [[nodiscard]] persistence::AppendLog& log() override { return log_; }

 private:
  FakeLogHost& host_;
  persistence::AppendLog log_;
};

FakeLogHost::FakeLogHost(std::size_t shards) : gate_(shards) {
  settings.dir = "d";
  settings.appendonly = true;
  settings.databases = 2;
  files.put("d/x", "");
  for (std::size_t i = 0; i < shards; ++i) {
    owned_.push_back(std::make_unique<storage::Keyspace>(
        storage::KeyspaceOptions{.databases = 2, .hash_seed = 5, .random_seed = i}));
    keys_.push_back(owned_.back().get());
  }
}

FakeLogHost::~FakeLogHost() = default;

std::unique_ptr<persistence::LogWorker> FakeLogHost::make_worker(
    persistence::AppendLogStart start, persistence::AppendLogEvents events) {
  return std::make_unique<Worker>(*this, std::move(start), std::move(events));
}

storage::Keyspace& FakeLogHost::of(std::string_view key) {
  const auto shard = commands::key_shard(key, static_cast<int>(keys_.size()));
  return *keys_[static_cast<std::size_t>(shard)];
}

void FakeLogHost::set(std::string_view key, std::int64_t value) {
  auto& shard = of(key);
  shard.begin_turn(time);
  shard.set(shard.key(key, 0), value);
  gate_.journal().note(shard);
}

void FakeLogHost::remove(std::string_view key) {
  auto& shard = of(key);
  shard.begin_turn(time);
  shard.erase(shard.key(key, 0));
  gate_.journal().note(shard);
}

void FakeLogHost::publish_kept() {
  for (std::size_t i = 0; i < keys_.size(); ++i) gate_.journal().crowded(i, *keys_[i]);
}

std::optional<std::int64_t> FakeLogHost::get(std::string_view key) {
  auto& shard = of(key);
  const auto found = shard.read(shard.key(key, 0));
  if (!found) return {};
  return found.value.integer();
}

void FakeLogHost::clear() {
  for (auto* const shard : keys_) shard->clear(-1);
}

void FakeLogHost::run() {
  for (bool more = true; more;) {
    more = false;
    while (!posted_.empty()) {
      const auto work = std::move(posted_.front());
      posted_.pop_front();
      work();
      more = true;
    }
    while (worker_ != nullptr && worker_->log().step()) more = true;
  }
}

void FakeLogHost::run_log() {
  while (worker_ != nullptr && worker_->log().step()) {
  }
}

void FakeLogHost::write_bases() {
  while (!bases_.empty()) {
    const auto job = std::move(bases_.front());
    bases_.pop_front();
    if (!job.cut(keys_)) continue;
    job.done(write_base(job.target, keys_));
  }
}

SnapshotResult FakeLogHost::write_base(const persistence::SnapshotTarget& target,
                                       std::span<storage::Keyspace* const> keys) {
  base_target = target;
  SnapshotResult outcome;
  SnapshotWriter writer(files, target, static_cast<int>(keys.size()),
                        [&outcome](const SnapshotResult& result) { outcome = result; });
  storage::rdb::FileFacts facts;
  facts.hash_seed = 5;
  writer.begin(facts);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i]->begin_snapshot(writer.shard(static_cast<int>(i)));
    while (!keys[i]->snapshot_slice(1000)) {
    }
    writer.finish(static_cast<int>(i));
  }
  while (writer.step() != SnapshotWriter::Step::kOver) {
  }
  return outcome;
}

void FakeLogHost::lose_bases() {
  while (!bases_.empty()) {
    static_cast<void>(bases_.front().cut(keys_));
    bases_.pop_front();
  }
  run();
}

void FakeLogHost::fail_bases(const std::string& error) {
  while (!bases_.empty()) fail_first_base(error);
}

void FakeLogHost::fail_first_base(const std::string& error) {
  const auto job = std::move(bases_.front());
  bases_.pop_front();
  static_cast<void>(job.cut(keys_));
  SnapshotResult failure;
  failure.error = error;
  job.done(failure);
}

}  // namespace countd::test
