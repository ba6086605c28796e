#include "tracking/registry.h"

namespace countd::tracking {

void Registry::update(const Reader& client, const Settings& settings) {
  const std::lock_guard lock(mutex_);
  bool changed = forget_prefixes(client.id);
  if (settings.on) {
    clients_.insert(client.id);
    for (const auto& prefix : settings.prefixes) {
      prefixes_[prefix][client.id] = client;
      changed = true;
    }
  } else {
    clients_.erase(client.id);
  }
  if (changed) publish();
  active_.store(!clients_.empty(), std::memory_order_release);
}

// True if it had any.
bool Registry::forget_prefixes(std::uint64_t client) {
  bool had = false;
  for (auto at = prefixes_.begin(); at != prefixes_.end();) {
    had |= at->second.erase(client) != 0;
    at = at->second.empty() ? prefixes_.erase(at) : std::next(at);
  }
  return had;
}

void Registry::publish() {
  auto broadcasts = std::make_shared<Broadcasts>();
  for (const auto& [prefix, readers] : prefixes_) {
    Broadcast& broadcast = broadcasts->emplace_back(prefix);
    for (const auto& [id, reader] : readers) broadcast.readers.push_back(reader);
  }
  broadcasts_ = std::move(broadcasts);
  version_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const Broadcasts> Registry::broadcasts() const {
  const std::lock_guard lock(mutex_);
  return broadcasts_;
}

std::size_t Registry::clients() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

}  // namespace countd::tracking
