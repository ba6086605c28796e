// The sums over all threads that INFO shows, since start or CONFIG RESETSTAT. Any thread may ask.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "shard/shard.h"

namespace countd::server {

struct CommandTotals {
  std::uint64_t calls = 0;
  std::uint64_t nanoseconds = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
};

struct Totals {
  std::uint64_t calls = 0;  // of all commands; what was refused was none
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t connections_received = 0;
  std::uint64_t connections_rejected = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t folded = 0;
  std::uint64_t foreign_batches = 0;
  std::uint64_t turns = 0;
  std::uint64_t protocol_errors = 0;
  std::uint64_t buffer_limit_disconnects = 0;
  std::uint64_t changes = 0;  // never subtracted from: `save` points count them
};

/// By bucket of metrics::LatencyHistogram; empty: no calls were timed.
using LatencyCounts = std::vector<std::uint64_t>;

class Statistics {
 public:
  Statistics(std::span<const std::unique_ptr<shard::Shard>> shards,
             const shard::SharedState& shared);

  [[nodiscard]] Totals totals() const;
  [[nodiscard]] std::vector<CommandTotals> commands() const;
  [[nodiscard]] std::vector<LatencyCounts> latencies() const;  // by command
  [[nodiscard]] std::map<std::string, std::uint64_t> errors() const;
  [[nodiscard]] std::uint64_t connections() const;
  [[nodiscard]] std::uint64_t changes() const;
  void reset();

  /// Ten times a second: feeds the rates and the peak of memory.
  void sample(storage::Millis now, std::size_t used_bytes);
  [[nodiscard]] std::uint64_t ops_per_second() const { return rate(0); }
  [[nodiscard]] double input_kbps() const { return static_cast<double>(rate(1)) / 1024; }
  [[nodiscard]] double output_kbps() const { return static_cast<double>(rate(2)) / 1024; }
  [[nodiscard]] std::size_t peak_bytes() const;
  void reset_peak();

 private:
  static constexpr std::size_t kSamples = 16;
  struct Sample {
    std::array<std::uint64_t, kSamples> rates{};
  };

  [[nodiscard]] Totals raw() const;
  [[nodiscard]] std::vector<CommandTotals> raw_commands() const;
  [[nodiscard]] std::vector<LatencyCounts> raw_latencies() const;
  [[nodiscard]] std::uint64_t rate(std::size_t series) const;

  std::span<const std::unique_ptr<shard::Shard>> shards_;
  const shard::SharedState& shared_;
  const std::size_t command_count_;
  mutable std::mutex mutex_;  // guards what follows
  Totals base_;
  std::vector<CommandTotals> base_commands_;
  std::vector<LatencyCounts> base_latencies_;
  std::array<Sample, 3> samples_;
  std::array<std::uint64_t, 3> last_{};
  storage::Millis last_time_ = 0;
  std::size_t next_ = 0;
  std::size_t peak_bytes_ = 0;
};

}  // namespace countd::server
