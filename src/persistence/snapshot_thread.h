// The thread on which a snapshot is written: it gives way to threads that serve clients.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "persistence/snapshot_writer.h"

namespace countd::persistence {

class SnapshotThread {
 public:
  /// `done` runs on the thread; its result has the time that has passed since now.
  SnapshotThread(storage::Disk& disk, SnapshotTarget target, int shards, SnapshotWriter::Done done);
  /// Abandons what is not finished and waits for the thread.
  ~SnapshotThread();
  SnapshotThread(const SnapshotThread&) = delete;
  SnapshotThread& operator=(const SnapshotThread&) = delete;

  SnapshotWriter& writer() { return writer_; }
  /// Waits until `done` has returned.
  void wait();

 private:
  void run(int nice);
  void wake();

  std::mutex mutex_;  // guards the two flags
  std::condition_variable changed_;
  bool woken_ = false;
  bool over_ = false;

  SnapshotWriter writer_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace countd::persistence
