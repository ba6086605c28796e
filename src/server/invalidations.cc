#include "server/invalidations.h"

#include <utility>

namespace countd::server {

using tracking::KeyNames;
using tracking::Push;

Invalidations::Invalidations(std::span<const std::unique_ptr<shard::Shard>> shards,
                             std::span<const std::unique_ptr<net::Clients>> clients,
                             std::uint64_t seed)
    : shards_(shards), clients_(clients), tracking_(*this, static_cast<int>(shards.size()), seed) {}

void Invalidations::connected(std::uint64_t client, int thread) {
  const std::lock_guard lock(mutex_);
  threads_.emplace(client, thread);
}

void Invalidations::closed(const commands::Session& session) {
  {
    const std::lock_guard lock(mutex_);
    threads_.erase(session.id);
  }
  if (session.tracking.on) tracking_.registry().update({session.id}, {});
}

std::optional<int> Invalidations::thread_of(std::uint64_t client) const {
  const std::lock_guard lock(mutex_);
  const auto found = threads_.find(client);
  if (found == threads_.end()) return std::nullopt;
  return found->second;
}

void Invalidations::changed(const commands::Session& session, int thread) {
  const tracking::Reader reader{session.id, thread, session.tracking.no_loop};
  tracking_.registry().update(reader, session.tracking);
}

TrackingFacts Invalidations::facts() const {
  TrackingFacts facts;
  facts.clients = tracking_.registry().clients();
  facts.prefixes = tracking_.registry().prefixes();
  for (const auto& shard : tracking_.shards()) {
    facts.keys += shard.keys();
    facts.items += shard.items();
  }
  return facts;
}

// One trip to each thread.
void Invalidations::push(std::vector<Push> pushes) {
  std::vector<std::vector<Push>> by_thread(shards_.size());
  for (auto& push : pushes) {
    if (push.thread >= 0) {
      by_thread[static_cast<std::size_t>(push.thread)].push_back(std::move(push));
    } else {
      for (auto& each : by_thread) each.push_back(push);
    }
  }
  for (std::size_t i = 0; i < by_thread.size(); ++i) {
    if (by_thread[i].empty()) continue;
    shards_[i]->post([clients = clients_[i].get(), all = std::move(by_thread[i])] {
      for (const auto& push : all) clients->invalidate(push);
    });
  }
}

void Invalidations::redirect(const net::Connection& from,
                             const std::shared_ptr<const KeyNames>& keys) {
  const auto& session = from.session();
  const auto to = static_cast<std::size_t>(session.tracking.redirect_thread);
  const auto back = static_cast<std::size_t>(from.shard().index());
  shards_[to]->post([this, keys, to, back, id = session.tracking.redirect, asker = session.id] {
    if (auto* const target = clients_[to]->find(id)) {
      return target->invalidate_for_another(keys.get());
    }
    shards_[back]->post([clients = clients_[back].get(), asker] {
      if (auto* const connection = clients->find(asker)) connection->redirect_is_broken();
    });
  });
}

}  // namespace countd::server
