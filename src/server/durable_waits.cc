#include "server/durable_waits.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace countd::server {

void DurableWaits::add(std::uint64_t epoch, const commands::DurableWait& wait, storage::Millis now,
                       Done done) {
  const std::lock_guard lock(mutex_);
  waiters_.push_back({.epoch = epoch,
                      .deadline = wait.timeout_ms == 0 ? 0 : now + wait.timeout_ms,
                      .wait = wait,
                      .done = std::move(done)});
}

// Answers are given without the lock: who is answered may ask again at once.
void DurableWaits::settle(std::uint64_t durable, storage::Millis now) {
  std::vector<std::pair<Done, bool>> due;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [&](Waiter& waiter) {
      const bool reached = waiter.epoch <= durable;
      const bool late = waiter.deadline != 0 && now >= waiter.deadline;
      if (!late && (!reached || waiter.wait.until_timeout)) return false;
      due.emplace_back(std::move(waiter.done), reached);
      return true;
    });
  }
  for (const auto& [done, reached] : due) done(reached);
}

void DurableWaits::give_up() {
  std::vector<Waiter> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(waiters_);
  }
  for (const auto& waiter : all) waiter.done(false);
}

bool DurableWaits::end(std::uint64_t client, std::uint64_t durable, bool refuse) {
  std::optional<Waiter> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(waiters_, client,
                                         [](const Waiter& waiter) { return waiter.wait.client; });
    if (found == waiters_.end()) return false;
    ended = std::move(*found);
    waiters_.erase(found);
  }
  refuse ? ended->wait.refused() : ended->done(ended->epoch <= durable);
  return true;
}

std::size_t DurableWaits::size() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

}  // namespace countd::server
