// Frees what removed files leave behind, on threads that live for that alone: whoever has removed a
// file of many gigabytes does not wait for the file system to give back its blocks. They take a
// tenth of a core.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "storage/disk/disk.h"

namespace countd::persistence {

/// One thread at a time uses it.
class Freeing {
 public:
  Freeing() = default;
  /// Waits.
  ~Freeing() { wait(); }
  Freeing(const Freeing&) = delete;
  Freeing& operator=(const Freeing&) = delete;

  /// Returns at once. What is taken is freed in its turn. May be null: nothing is to be done.
  void take(std::unique_ptr<storage::Remains> remains);
  /// Returns when all is freed, which is done without rests from now on.
  void wait();

 private:
  void shrink(storage::Remains& remains) const;

  std::atomic<bool> waited_for_{false};
  std::thread last_;  // waits for the one before it
};

}  // namespace countd::persistence
