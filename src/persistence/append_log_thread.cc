#include "persistence/append_log_thread.h"

#include <future>
#include <utility>

namespace countd::persistence {

AppendLogThread::AppendLogThread(storage::Disk& disk, AppendLogTarget target, AppendLogStart start,
                                 AppendLogEvents events)
    : log_(disk, std::move(target), std::move(start), with_freeing(std::move(events))),
      thread_([this] { run(); }) {}

AppendLogEvents AppendLogThread::with_freeing(AppendLogEvents events) {
  events.remains = [this](auto remains) { freeing_.take(std::move(remains)); };
  return events;
}

AppendLogThread::~AppendLogThread() { close(); }

void AppendLogThread::push(LogJob job) {
  log_.push(std::move(job));
  wake();
}

// Without a mutex: where both threads share a core, the one that is woken would only wait for it.
void AppendLogThread::wake() {
  if (!pushed_.exchange(true)) pushed_.notify_one();
}

void AppendLogThread::drain() {
  std::promise<void> reached;
  push(Milestone{[&reached] { reached.set_value(); }});
  reached.get_future().wait();
}

void AppendLogThread::close() {
  if (!thread_.joinable()) return;
  log_.push(CloseLog{});
  closing_.store(true);
  wake();
  thread_.join();
  freeing_.wait();
}

void AppendLogThread::run() {
  for (bool closing = false; !closing;) {
    pushed_.wait(false);
    pushed_.store(false);
    closing = closing_.load();
    while (log_.step()) {
    }
  }
}

}  // namespace countd::persistence
