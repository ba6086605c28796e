#include "persistence/snapshot_thread.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <utility>

namespace countd::persistence {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// SCHED_BATCH does not preempt threads that serve clients when it wakes up. Failures leave the
/// priority as it is, which is correct, only less smooth.
void lower_priority(int nice) {
  const sched_param none{};
  static_cast<void>(::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none));
  if (nice > 0) {
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice));
  }
}

/// A thread that has worked for long is let finish its slice of several milliseconds before others
/// get the core; one that sleeps now and then takes it for a tenth of one.
SnapshotTarget with_rests(SnapshotTarget target) {
  static constexpr std::chrono::microseconds kRest{50};
  if (target.nice > 0) target.rest = [] { std::this_thread::sleep_for(kRest); };
  return target;
}

}  // namespace

SnapshotThread::SnapshotThread(storage::Disk& disk, SnapshotTarget target, int shards,
                               SnapshotWriter::Done done)
    : writer_(
          disk, with_rests(target), shards,
          [done = std::move(done), began = SteadyClock::now()](const SnapshotResult& result) {
            SnapshotResult timed = result;
            timed.seconds = std::chrono::duration<double>(SteadyClock::now() - began).count();
            done(timed);
          },
          [this] { wake(); }),
      thread_([this, nice = target.nice] { run(nice); }) {}

SnapshotThread::~SnapshotThread() {
  writer_.abandon("the server gave the snapshot up");
  thread_.join();
}

void SnapshotThread::wake() {
  const std::lock_guard lock{mutex_};
  woken_ = true;
  changed_.notify_all();
}

void SnapshotThread::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return over_; });
}

void SnapshotThread::run(int nice) {
  lower_priority(nice);
  for (auto step = writer_.step(); step != SnapshotWriter::Step::kOver; step = writer_.step()) {
    if (step == SnapshotWriter::Step::kWorked) continue;
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return woken_; });
    woken_ = false;
  }
  const std::lock_guard lock{mutex_};
  over_ = true;
  changed_.notify_all();
}

}  // namespace countd::persistence
