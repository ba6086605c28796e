#include "persistence/freeing.h"

#include <chrono>
#include <utility>

namespace countd::persistence {

void Freeing::take(std::unique_ptr<storage::Remains> remains) {
  if (remains == nullptr) return;
  last_ = std::thread([this, before = std::move(last_), remains = std::move(remains)]() mutable {
    if (before.joinable()) before.join();
    shrink(*remains);
    remains.reset();
  });
}

void Freeing::shrink(storage::Remains& remains) const {
  static constexpr std::chrono::milliseconds kRest{1};  // a piece takes a tenth of that
  while (!waited_for_.load() && remains.shrink()) std::this_thread::sleep_for(kRest);
}

void Freeing::wait() {
  waited_for_.store(true);
  if (last_.joinable()) last_.join();
  waited_for_.store(false);
}

}  // namespace countd::persistence
