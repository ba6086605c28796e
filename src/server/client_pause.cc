#include "server/client_pause.h"

#include "shard/dispatcher.h"

namespace countd::server {

void ClientPause::begin(storage::Millis until, bool all) {
  const std::lock_guard lock(mutex_);
  until_ = until;
  gates_.fetch_or(shard::kPauseWritesGate | (all ? shard::kPauseAllGate : 0u));
  if (!all) gates_.fetch_and(~static_cast<std::uint32_t>(shard::kPauseAllGate));
}

void ClientPause::end() {
  const std::lock_guard lock(mutex_);
  open_gates();
}

bool ClientPause::end_if_due(storage::Millis now) {
  const std::lock_guard lock(mutex_);
  if (until_ == 0 || now < until_) return false;
  open_gates();
  return true;
}

void ClientPause::open_gates() {
  until_ = 0;
  gates_.fetch_and(~static_cast<std::uint32_t>(shard::kPauseAllGate | shard::kPauseWritesGate));
}

}  // namespace countd::server
