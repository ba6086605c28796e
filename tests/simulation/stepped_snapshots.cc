#include "tests/simulation/stepped_snapshots.h"

#include <utility>

namespace countd::test {
namespace {

using Step = persistence::SnapshotWriter::Step;

storage::rdb::FileFacts facts_of(std::span<storage::Keyspace* const> keys,
                                 std::uint64_t hash_seed) {
  storage::rdb::FileFacts facts;
  facts.hash_seed = hash_seed;
  for (int db = 0; db < keys[0]->databases(); ++db) {
    storage::rdb::DatabaseSize size{.db = db, .keys = 0, .expires = 0};
    for (const auto* const each : keys) {
      size.keys += each->size(db);
      size.expires += each->expires(db);
    }
    if (size.keys > 0) facts.sizes.push_back(size);
  }
  return facts;
}

}  // namespace

void SteppedSnapshots::start() {
  if (run_ == nullptr) begin(std::make_unique<Run>());
}

void SteppedSnapshots::start_base(server::BaseJob job) {
  if (run_ != nullptr) return waiting_.push_back(std::move(job));
  auto run = std::make_unique<Run>();
  run->base = std::move(job);
  begin(std::move(run));
}

void SteppedSnapshots::begin(std::unique_ptr<Run> run) {
  run_ = std::move(run);
  cut_asked_ = true;
}

void SteppedSnapshots::turn(int thread) {
  if (run_ == nullptr) return;
  if (thread == 0 && run_->writer != nullptr && run_->parts_left == 0) return ended();
  if (thread == 0 && std::exchange(cut_asked_, false)) {
    auto& first = simulation_.threads[0];
    first.turn.check_out_all([this](std::span<storage::Keyspace* const> keys) { cut(keys); });
    first.more |= first.turn.finish(nullptr);
  }
  walk(thread);
}

void SteppedSnapshots::cut(std::span<storage::Keyspace* const> keys) {
  if (run_->base && !run_->base->cut(keys)) {
    cut_asked_ = true;
    return;
  }
  cut_made_(keys, run_->base ? run_->base->target.file_name : "");
  persistence::SnapshotTarget target;
  if (run_->base) {
    target = run_->base->target;
  } else {
    target.directory = machine_.options.dir;
    target.file_name = machine_.options.dbfilename;
  }
  target.number = ++number_;
  target.blocks.size = 64;
  run_->parts_left = keys.size() + 1;
  run_->walks.assign(keys.size(), true);
  run_->sinks = std::vector<LeakySink>(keys.size());
  run_->writer = std::make_unique<persistence::SnapshotWriter>(
      machine_.disk, target, static_cast<int>(keys.size()),
      [this, run = run_.get()](const persistence::SnapshotResult& result) {
        run->result = result;
        // Said at once: from now on a crash must find the new file.
        if (!run->base && result.ok) machine_.promises.snapshot_saved();
      });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    run_->sinks[i].to = &run_->writer->shard(static_cast<int>(i));
    run_->sinks[i].drops = machine_.plan.planted == Planted::kDroppedOldStates;
    keys[i]->begin_snapshot(run_->sinks[i]);
  }
  run_->writer->begin(facts_of(keys, simulation_.shared.hash_seed));
}

void SteppedSnapshots::walk(int thread) {
  const auto shard = static_cast<std::size_t>(thread);
  if (run_ == nullptr || run_->writer == nullptr || !run_->walks[shard]) return;
  bool over = false;
  simulation_.threads[shard].turn.with_home([&](storage::Keyspace& keys) {
    auto& sink = run_->sinks[shard];
    ++sink.walking;
    over = keys.snapshot_slice(1 + machine_.random.below(machine_.plan.slice_entries));
    --sink.walking;
  });
  if (!over) return;
  run_->walks[shard] = false;
  run_->writer->finish(thread);
  --run_->parts_left;
}

bool SteppedSnapshots::step() {
  if (run_ == nullptr || run_->writer == nullptr || run_->file_over) return false;
  if (std::exchange(stepping_, true)) return false;
  const auto step = run_->writer->step();
  stepping_ = false;
  if (step == Step::kOver) {
    run_->file_over = true;
    --run_->parts_left;
  }
  return step == Step::kWorked;
}

void SteppedSnapshots::ended() {
  auto run = std::move(run_);
  if (run->base) {
    run->base->done(run->result);
  } else if (run->result.ok) {
    ++machine_.tally.snapshots;
  }
  over_.push_back(std::move(run));
  if (run_ != nullptr || waiting_.empty()) return;
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  start_base(std::move(next));
}

void SteppedSnapshots::abandon() {
  cut_asked_ = false;
  if (run_ == nullptr || run_->writer == nullptr) return;
  run_->writer->abandon("the server ends");
  auto& writer = *run_->writer;
  while (writer.step() == Step::kWorked) {
  }
}

persistence::SnapshotResult SteppedSnapshots::write_base(const persistence::SnapshotTarget& target,
                                                         std::span<storage::Keyspace* const> keys) {
  persistence::SnapshotResult result;
  persistence::SnapshotWriter writer(
      machine_.disk, target, static_cast<int>(keys.size()),
      [&](const persistence::SnapshotResult& written) { result = written; });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const int shard = static_cast<int>(i);
    keys[i]->abandon_snapshot();
    keys[i]->begin_snapshot(writer.shard(shard));
    while (!keys[i]->snapshot_slice(100)) {
    }
    writer.finish(shard);
  }
  writer.begin(facts_of(keys, simulation_.shared.hash_seed));
  while (writer.step() == Step::kWorked) {
  }
  return result;
}

}  // namespace countd::test
