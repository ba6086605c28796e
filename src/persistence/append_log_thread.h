// The thread on which an append log works.
//
// Its priority is the normal one: with `appendfsync always` replies wait for it.
#pragma once

#include <atomic>
#include <thread>

#include "persistence/log_worker.h"

namespace countd::persistence {

class AppendLogThread final : public LogWorker {
 public:
  /// Events run on the thread, from now on until `close` has returned. They must not block on it.
  AppendLogThread(storage::Disk& disk, AppendLogTarget target, AppendLogStart start,
                  AppendLogEvents events);
  /// Closes.
  ~AppendLogThread() override;
  AppendLogThread(const AppendLogThread&) = delete;
  AppendLogThread& operator=(const AppendLogThread&) = delete;

  void push(LogJob job) override;
  void drain() override;
  void close() override;
  [[nodiscard]] AppendLog& log() override { return log_; }

 private:
  void wake();
  void run();

  AppendLog log_;
  std::atomic<bool> pushed_{false};
  std::atomic<bool> closing_{false};

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace countd::persistence
