// The group commit of `appendfsync always`: when a thread that has ended a turn cuts the journal.
#pragma once

#include <cstdint>
#include <span>

#include "shard/clock.h"
#include "shard/commit_pace.h"
#include "shard/log_gate.h"
#include "storage/base/time.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

class LogTurn {
 public:
  /// `gate` may be null: there is no log.
  LogTurn(LogGate* gate, const Clock& clock) : gate_(gate), clock_(clock) {}

  /// After a turn. True: check all shards out and `cut`.
  bool commit_is_due() {
    if (gate_ == nullptr) return false;
    if (!gate_->withholds()) [[likely]] {
      // Replies may have ceased to wait while a commit was gathered for them.
      pace_.stop_gathering();
      return false;
    }
    return gathered_enough();
  }
  /// With all shards checked out: what the turns until now have written is told at once.
  void cut(std::span<storage::Keyspace* const> keys, storage::Millis now) {
    auto& journal = gate_->journal();
    if (journal.dirty() && journal.ready()) journal.cut(keys, now, nullptr);
    gate_->cut_made();
  }
  /// A commit waits for more to join it: the thread must not sleep.
  [[nodiscard]] bool gathering() const { return pace_.gathering(); }

 private:
  bool gathered_enough() {
    if (!gate_->can_commit()) {
      pace_.stop_gathering();
      return false;
    }
    const std::int64_t now = clock_.nanoseconds();
    pace_.ended(now);
    if (!pace_.due(gate_->waiting(), now) || !gate_->claim_cut()) return false;
    pace_.began(gate_->waiting(), now);
    return true;
  }

  LogGate* const gate_;
  const Clock& clock_;
  CommitPace pace_;
};

}  // namespace countd::shard
