#include "persistence/freeing.h"

#include <utility>

namespace countd::persistence {

void Freeing::take(std::unique_ptr<storage::Remains> remains) {
  if (remains == nullptr) return;
  last_ = std::thread([before = std::move(last_), remains = std::move(remains)]() mutable {
    if (before.joinable()) before.join();
    remains.reset();
  });
}

void Freeing::wait() {
  if (last_.joinable()) last_.join();
}

}  // namespace countd::persistence
