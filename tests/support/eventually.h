// Waits for what other threads or processes bring about.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace countd::test {

/// True as soon as `condition` holds; false if it never does. How long that is tried bounds only a
/// test that fails.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace countd::test
