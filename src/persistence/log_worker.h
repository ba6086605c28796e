// Who performs an append log's jobs: a thread of its own or, in a simulation, whoever calls.
#pragma once

#include "persistence/append_log.h"

namespace countd::persistence {

class LogWorker {
 public:
  virtual ~LogWorker() = default;
  /// Any thread, until `close`.
  virtual void push(LogJob job) = 0;
  /// Returns when everything that was pushed has been performed.
  virtual void drain() = 0;
  /// As `drain`, and what was written is synced.
  virtual void close() = 0;
  [[nodiscard]] virtual AppendLog& log() = 0;
};

}  // namespace countd::persistence
