// A log's worker without a thread: it works when the seed says so.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "persistence/log_worker.h"

namespace countd::test {

class SteppedWorker final : public persistence::LogWorker {
 public:
  SteppedWorker(storage::Disk& disk, persistence::AppendLogTarget target,
                persistence::AppendLogStart start, persistence::AppendLogEvents events)
      : log_(disk, std::move(target), std::move(start), std::move(events)) {}

  void push(persistence::LogJob job) override {
    if (const auto* const policy = std::get_if<persistence::LogPolicy>(&job)) {
      wanted_syncs_ = policy->syncs();
      // From when on it syncs again is known once the queue is empty.
      syncs_ = wanted_syncs_ && !unsynced_;
    }
    unsynced_ |= !wanted_syncs_;
    log_.push(std::move(job));
  }
  void drain() override {
    while (step()) {
    }
  }
  void close() override {
    log_.push(persistence::CloseLog{});
    drain();
  }
  [[nodiscard]] persistence::AppendLog& log() override { return log_; }

  /// One job; false if there is none. An event must not lead back here.
  bool step() {
    if (std::exchange(stepping_, true)) return false;
    const bool worked = log_.step();
    if (!worked && wanted_syncs_) {
      syncs_ = true;
      unsynced_ = false;
    }
    stepping_ = false;
    return worked;
  }
  /// What is reported durable has been synced.
  [[nodiscard]] bool syncs() const { return syncs_; }

 private:
  persistence::AppendLog log_;
  bool wanted_syncs_ = false;
  bool syncs_ = false;
  bool unsynced_ = false;  // something may have been written without
  bool stepping_ = false;
};

}  // namespace countd::test
