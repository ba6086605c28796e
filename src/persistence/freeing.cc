#include "persistence/freeing.h"

#include <chrono>
#include <utility>

namespace countd::persistence {
namespace {

constexpr std::chrono::microseconds kRest{50};  // for the threads that serve

}  // namespace

void Freeing::take(std::unique_ptr<storage::Remains> remains) {
  if (remains == nullptr) return;
  last_ = std::thread([before = std::move(last_), remains = std::move(remains)]() mutable {
    if (before.joinable()) before.join();
    while (remains->shrink()) std::this_thread::sleep_for(kRest);
    remains.reset();
  });
}

void Freeing::wait() {
  if (last_.joinable()) last_.join();
}

}  // namespace countd::persistence
