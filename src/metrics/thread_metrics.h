// What one thread counts. Each thread has its own; INFO adds them up.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/counter.h"
#include "metrics/latency_histogram.h"

namespace countd::metrics {

struct CommandCounters {
  Counter calls;
  Counter nanoseconds;
  Counter rejected;  // refused before it ran
  Counter failed;    // ran and answered an error
  Latencies latencies;
};

/// How often each error code was answered ("ERR", "WRONGTYPE"): rare, so a lock is fine.
class ErrorCounters {
 public:
  /// `error` begins with its code.
  void count(std::string_view error);
  [[nodiscard]] std::map<std::string, std::uint64_t> all() const;
  void reset();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

struct ThreadMetrics {
  explicit ThreadMetrics(std::size_t rows) : commands(std::make_unique<CommandCounters[]>(rows)) {}

  std::unique_ptr<CommandCounters[]> commands;  // by CommandTable::index
  ErrorCounters errors;
  Counter bytes_in;
  Counter bytes_out;
  Counter connections_received;
  Counter connections_rejected;
  Counter connections;  // open now
  Counter turns;
  Counter folded;           // increments that were joined to another
  Counter foreign_batches;  // batches that went through a mailbox
  Counter protocol_errors;
  Counter buffer_limit_disconnects;
};

}  // namespace countd::metrics
