#include "tracking/shard_tracker.h"

#include <algorithm>
#include <map>
#include <utility>

namespace countd::tracking {
namespace {

bool begins_with_any(std::string_view key, const Broadcasts& broadcasts) {
  return std::ranges::any_of(
      broadcasts, [key](const Broadcast& broadcast) { return key.starts_with(broadcast.prefix); });
}

// The readers of one and the same, by their threads.
void add_pushes(std::vector<Push>& pushes, const std::vector<Reader>& readers,
                const std::shared_ptr<const KeyNames>& keys) {
  std::map<int, Push> by_thread;
  for (const auto& reader : readers) by_thread[reader.thread].clients.push_back(reader.id);
  for (auto& [thread, push] : by_thread) {
    push.thread = thread;
    push.keys = keys;
    pushes.push_back(std::move(push));
  }
}

}  // namespace

void ShardTracker::attach(storage::Keyspace& keys) {
  if (!attached_) {
    attached_ = true;
    keys.set_write_watcher(this);
  }
  if (version_ != registry_.version()) {
    version_ = registry_.version();
    broadcasts_ = registry_.broadcasts();
  }
}

void ShardTracker::detach(storage::Keyspace& keys) {
  attached_ = false;
  keys.set_write_watcher(nullptr);
  table_.clear();
  changed_.clear();
  broadcast_.clear();
  everything_ = false;
  publish_sizes();
}

void ShardTracker::remember(std::string_view key, const Reader& reader, std::uint64_t limit) {
  table_.remember(key, reader);
  while (limit != 0 && table_.keys() > limit) changed_.push_back(table_.take_any());
  publish_sizes();
}

void ShardTracker::on_effect(storage::Effect effect, const storage::Key& key) {
  switch (effect) {
    case storage::Effect::kCleared:
    case storage::Effect::kSwapped:
      table_.clear();
      everything_ = speaks_for_all_;
      return publish_sizes();
    case storage::Effect::kExpired:
    case storage::Effect::kEvicted:
      return changed(key.bytes, 0);
    default:
      return changed(key.bytes, writer_);
  }
}

void ShardTracker::on_told(const storage::Key& key, std::span<const std::string_view>) {
  changed(key.bytes, writer_);
}

void ShardTracker::changed(std::string_view key, std::uint64_t writer) {
  if (table_.keys() != 0) {
    auto readers = table_.take(key);
    std::erase_if(readers,
                  [writer](const Reader& reader) { return reader.no_loop && reader.id == writer; });
    if (!readers.empty()) changed_.push_back({std::string(key), std::move(readers)});
    publish_sizes();
  }
  if (!begins_with_any(key, *broadcasts_)) return;
  const auto [entry, fresh] = broadcast_.try_emplace(std::string(key), writer);
  if (!fresh && entry->second != writer) entry->second = 0;
}

std::vector<Push> ShardTracker::take_pushes() {
  std::vector<Push> pushes;
  if (std::exchange(everything_, false)) pushes.emplace_back();
  for (auto& [key, readers] : changed_) {
    add_pushes(pushes, readers, std::make_shared<KeyNames>(KeyNames{std::move(key)}));
  }
  add_broadcasts(pushes);
  changed_.clear();
  broadcast_.clear();
  return pushes;
}

// All keys of a prefix in one message; who does not want to hear of its own gets a shorter one.
void ShardTracker::add_broadcasts(std::vector<Push>& pushes) const {
  if (broadcast_.empty()) return;
  for (const auto& [prefix, readers] : *broadcasts_) {
    auto all = written_under(prefix, 0);
    if (all.empty()) continue;
    std::vector<Reader> hear_all;
    for (const auto& reader : readers) {
      if (!reader.no_loop) {
        hear_all.push_back(reader);
      } else if (auto some = written_under(prefix, reader.id); !some.empty()) {
        add_pushes(pushes, {reader}, std::make_shared<KeyNames>(std::move(some)));
      }
    }
    add_pushes(pushes, hear_all, std::make_shared<KeyNames>(std::move(all)));
  }
}

// Without those that only `but_by` has written; 0: all.
KeyNames ShardTracker::written_under(std::string_view prefix, std::uint64_t but_by) const {
  KeyNames names;
  for (const auto& [key, writer] : broadcast_) {
    if (key.starts_with(prefix) && (but_by == 0 || writer != but_by)) names.push_back(key);
  }
  return names;
}

void ShardTracker::publish_sizes() {
  keys_.store(table_.keys(), std::memory_order_relaxed);
  items_.store(table_.items(), std::memory_order_relaxed);
}

}  // namespace countd::tracking
