// The thread on which an append log works.
//
// Its priority is the normal one: with `appendfsync always` replies wait for it.
#pragma once

#include <atomic>
#include <thread>

#include "persistence/freeing.h"
#include "persistence/log_worker.h"

namespace countd::persistence {

class AppendLogThread final : public LogWorker {
 public:
  /// What the log removes is freed on threads of its own. Events run on the thread, from now on
  /// until `close` has returned. They must not block on it.
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
  AppendLogEvents with_freeing(AppendLogEvents events);
  void wake();
  void run();

  Freeing freeing_;  // of what the log removes
  AppendLog log_;
  std::atomic<bool> pushed_{false};
  std::atomic<bool> closing_{false};

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace countd::persistence
