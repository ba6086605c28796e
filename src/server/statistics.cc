#include "server/statistics.h"

#include <algorithm>
#include <numeric>

namespace countd::server {

using metrics::LatencyHistogram;

namespace {

// Every number of Totals that RESETSTAT sets back.
constexpr std::array kResettable = {
    &Totals::calls,
    &Totals::bytes_in,
    &Totals::bytes_out,
    &Totals::connections_received,
    &Totals::hits,
    &Totals::misses,
    &Totals::expired,
    &Totals::evicted,
    &Totals::folded,
    &Totals::foreign_batches,
    &Totals::turns,
    &Totals::protocol_errors,
    &Totals::connections_rejected,
    &Totals::buffer_limit_disconnects,
};

}  // namespace

Statistics::Statistics(std::span<const std::unique_ptr<shard::Shard>> shards,
                       const shard::SharedState& shared)
    : shards_(shards),
      shared_(shared),
      command_count_(shared.table->count()),
      base_commands_(command_count_),
      base_latencies_(command_count_) {}

Totals Statistics::raw() const {
  Totals sum;
  for (const auto& shard : shards_) {
    const auto& metrics = shard->metrics();
    sum.bytes_in += metrics.bytes_in.get();
    sum.bytes_out += metrics.bytes_out.get();
    sum.connections_received += metrics.connections_received.get();
    sum.connections_rejected += metrics.connections_rejected.get();
    sum.folded += metrics.folded.get();
    sum.foreign_batches += metrics.foreign_batches.get();
    sum.turns += metrics.turns.get();
    sum.protocol_errors += metrics.protocol_errors.get();
    sum.buffer_limit_disconnects += metrics.buffer_limit_disconnects.get();
    for (std::size_t i = 0; i < command_count_; ++i) sum.calls += metrics.commands[i].calls.get();
  }
  for (const auto& published : shared_.published) {
    sum.hits += published.hits.get();
    sum.misses += published.misses.get();
    sum.expired += published.expired.get();
    sum.evicted += published.evicted.get();
  }
  sum.changes = changes();
  return sum;
}

Totals Statistics::totals() const {
  Totals sum = raw();
  const std::lock_guard lock(mutex_);
  for (const auto number : kResettable) sum.*number -= base_.*number;
  return sum;
}

std::vector<CommandTotals> Statistics::raw_commands() const {
  std::vector<CommandTotals> sums(command_count_);
  for (const auto& shard : shards_) {
    for (std::size_t i = 0; i < command_count_; ++i) {
      const auto& counters = shard->metrics().commands[i];
      sums[i].calls += counters.calls.get();
      sums[i].nanoseconds += counters.nanoseconds.get();
      sums[i].rejected += counters.rejected.get();
      sums[i].failed += counters.failed.get();
    }
  }
  return sums;
}

std::vector<CommandTotals> Statistics::commands() const {
  auto sums = raw_commands();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < command_count_; ++i) {
    sums[i].calls -= base_commands_[i].calls;
    sums[i].nanoseconds -= base_commands_[i].nanoseconds;
    sums[i].rejected -= base_commands_[i].rejected;
    sums[i].failed -= base_commands_[i].failed;
  }
  return sums;
}

std::vector<LatencyCounts> Statistics::raw_latencies() const {
  std::vector<LatencyCounts> sums(command_count_);
  for (const auto& shard : shards_) {
    for (std::size_t i = 0; i < command_count_; ++i) {
      const auto* const histogram = shard->metrics().commands[i].latencies.histogram();
      if (histogram == nullptr) continue;
      sums[i].resize(LatencyHistogram::kBuckets);
      histogram->add_to(std::span<std::uint64_t, LatencyHistogram::kBuckets>(sums[i]));
    }
  }
  return sums;
}

std::vector<LatencyCounts> Statistics::latencies() const {
  auto sums = raw_latencies();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < command_count_; ++i) {
    for (std::size_t at = 0; at < base_latencies_[i].size(); ++at) {
      sums[i][at] -= base_latencies_[i][at];
    }
    if (std::ranges::all_of(sums[i], [](std::uint64_t count) { return count == 0; })) {
      sums[i].clear();
    }
  }
  return sums;
}

std::map<std::string, std::uint64_t> Statistics::errors() const {
  std::map<std::string, std::uint64_t> sums;
  for (const auto& shard : shards_) {
    for (const auto& [code, count] : shard->metrics().errors.all()) sums[code] += count;
  }
  return sums;
}

std::uint64_t Statistics::connections() const {
  std::uint64_t sum = 0;
  for (const auto& shard : shards_) sum += shard->metrics().connections.get();
  return sum;
}

std::uint64_t Statistics::changes() const {
  std::uint64_t sum = 0;
  for (const auto& published : shared_.published) sum += published.changes.get();
  return sum;
}

void Statistics::reset() {
  const std::lock_guard lock(mutex_);
  base_ = raw();
  base_commands_ = raw_commands();
  base_latencies_ = raw_latencies();
  for (const auto& shard : shards_) shard->metrics().errors.reset();
}

void Statistics::sample(storage::Millis now, std::size_t used_bytes) {
  const auto sums = raw();
  const std::lock_guard lock(mutex_);
  peak_bytes_ = std::max(peak_bytes_, used_bytes);
  const std::array now_values = {sums.calls, sums.bytes_in, sums.bytes_out};
  const auto elapsed = now - last_time_;
  if (last_time_ != 0 && elapsed > 0) {
    for (std::size_t series = 0; series < now_values.size(); ++series) {
      const auto done = now_values[series] - last_[series];
      samples_[series].rates[next_] = done * 1000 / static_cast<std::uint64_t>(elapsed);
    }
    next_ = (next_ + 1) % kSamples;
  }
  last_ = now_values;
  last_time_ = now;
}

std::size_t Statistics::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

void Statistics::reset_peak() {
  const std::lock_guard lock(mutex_);
  peak_bytes_ = 0;
}

std::uint64_t Statistics::rate(std::size_t series) const {
  const std::lock_guard lock(mutex_);
  const auto& rates = samples_[series].rates;
  return std::accumulate(rates.begin(), rates.end(), std::uint64_t{0}) / kSamples;
}

}  // namespace countd::server
