#include "persistence/append_log_thread.h"

#include <utility>

namespace countd::persistence {

AppendLogThread::AppendLogThread(storage::Disk& disk, AppendLogTarget target, AppendLogStart start,
                                 AppendLogEvents events)
    : log_(disk, std::move(target), std::move(start), std::move(events)),
      thread_([this] { run(); }) {}

AppendLogThread::~AppendLogThread() { close(); }

void AppendLogThread::push(LogJob job) {
  log_.push(std::move(job));
  const std::lock_guard lock{mutex_};
  if (!pushed_) changed_.notify_one();
  pushed_ = true;
}

void AppendLogThread::close() {
  if (!thread_.joinable()) return;
  log_.push(CloseLog{});
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void AppendLogThread::run() {
  for (bool closing = false; !closing;) {
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return pushed_ || closing_; });
      pushed_ = false;
      closing = closing_;
    }
    while (log_.step()) {
    }
  }
}

}  // namespace countd::persistence
