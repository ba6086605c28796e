#include "journal/journal.h"

#include <algorithm>
#include <utility>

#include "storage/base/assert.h"

namespace countd::journal {
namespace {

// An interval with more than this is cut before its time: so frames, and what a slow reader keeps,
// have a bound.
constexpr std::size_t kCrowdedEntries = 1 << 20;
constexpr std::uint64_t kCrowdedBytes = 16 << 20;

}  // namespace

void Journal::begin(std::span<storage::Keyspace* const> keys, std::uint64_t next_epoch) {
  ASSERT(!running());
  word_.store(next_epoch << 1);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    collectors_[i] = Collector{};
    keys[i]->set_effect_listener(&collectors_[i]);
    keys[i]->begin_log();
    kept_bytes_[i].store(0);
  }
  running_.store(true);
}

void Journal::end(std::span<storage::Keyspace* const> keys) {
  if (!running()) return;
  running_.store(false);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i]->end_log();
    keys[i]->set_effect_listener(nullptr);
    part_open_[i].store(false);
  }
  cut_running_.store(false);
  delivered_ = nullptr;
}

bool Journal::ready() const {
  return running() && !cut_running() &&
         std::ranges::all_of(readers_, [](const Reader* reader) { return reader->ready(); });
}

void Journal::cut(std::span<storage::Keyspace* const> keys, storage::Millis now,
                  std::function<void()> delivered) {
  ASSERT(running() && !cut_running());
  cut_epoch_ = word_.load() >> 1;
  cut_time_ = now;
  delivered_ = std::move(delivered);
  std::size_t entries = 0;
  for (const auto* const each : keys) entries += each->log_backlog();
  cut_running_.store(true);
  parts_left_.store(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    collectors_[i].seal();
    keys[i]->cut_log(collectors_[i]);
  }
  word_.store((cut_epoch_ + 1) << 1);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    part_open_[i].store(true);
    if (entries <= small_cut_) slice(i, *keys[i], small_cut_ + 1);
  }
}

bool Journal::slice(std::size_t shard, storage::Keyspace& keys, std::size_t entries) {
  if (!keys.log_slice(entries)) return false;
  part_open_[shard].store(false);
  if (parts_left_.fetch_sub(1) == 1) {
    deliver();
    if (const auto delivered = std::exchange(delivered_, nullptr)) delivered();
    cut_running_.store(false);
  }
  return true;
}

bool Journal::crowded(std::size_t shard, const storage::Keyspace& keys) {
  const std::uint64_t notes = keys.log_backlog();
  const std::uint64_t told = collectors_[shard].told_bytes();
  kept_bytes_[shard].store(told + notes * sizeof(std::uint64_t), std::memory_order_relaxed);
  return notes > kCrowdedEntries || told > kCrowdedBytes;
}

std::uint64_t Journal::kept_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& each : kept_bytes_) sum += each.load(std::memory_order_relaxed);
  return sum;
}

// Every part is sealed and complete, and nobody touches the sealed halves before the next cut.
void Journal::deliver() {
  auto frame = std::make_shared<storage::log::Frame>();
  frame->epoch = cut_epoch_;
  frame->time = cut_time_;
  std::vector<Told> told;
  for (auto& collector : collectors_) told.push_back(collector.take_told());
  for (std::size_t i = 0; i < told[0].sections.size(); ++i) {
    for (auto& each : told) {
      ASSERT(each.sections.size() == told[0].sections.size());
      each.sections[i].move_into(*frame);
    }
    if (i < told[0].changes.size()) {
      ++frame->commands;
      frame->pieces.push_back(std::move(told[0].changes[i]));
    }
  }
  for (auto& collector : collectors_) collector.take_entries().move_into(*frame);
  for (Reader* const reader : readers_) reader->take(frame);
}

}  // namespace countd::journal
