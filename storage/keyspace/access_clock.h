// How recently or how often an entry was used, in the one byte that a record has for it.
//
// LRU: the byte is the clock's tick (10 s) at the last use, modulo 256. So that a byte never comes
// round to look young again, a sweep visits every segment within 32 ticks and holds ages at
// kOldest; the clock waits for the sweep if that falls behind.
// LFU: Redis's logarithmic counter: a use raises the count c with probability
// 1 / ((c - 5) * factor + 1), new entries begin at 5, and the sweep takes 1 away for each
// `lfu-decay-time` minutes that have passed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "storage/base/random.h"
#include "storage/base/time.h"
#include "storage/keyspace/record.h"

namespace countd::storage {

class AccessClock {
 public:
  static constexpr Millis kTickMs = 10'000;
  static constexpr std::uint8_t kOldest = 192;
  static constexpr std::uint32_t kSweepTicks = 32;
  static constexpr std::uint8_t kFirstFrequency = 5;

  void use_frequency(bool lfu, int log_factor, int decay_minutes) {
    lfu_ = lfu;
    hold(false);
    log_factor_ = static_cast<std::uint64_t>(std::max(log_factor, 0));
    decay_ticks_ = static_cast<std::uint32_t>(std::max(decay_minutes, 0) * (60'000 / kTickMs));
  }
  void set_tick(std::uint32_t tick) { tick_ = tick; }
  [[nodiscard]] std::uint32_t tick() const { return tick_; }

  /// While held, uses leave no trace (CLIENT NO-TOUCH).
  void hold(bool held) {
    held_ = held;
    plain_ = !lfu_ && !held;
  }

  [[nodiscard]] std::uint8_t of_new_entry() const { return lfu_ ? kFirstFrequency : tick_byte(); }
  /// `uses` uses at once. Writes only if something changes, to keep clean cache lines clean.
  void touch(Record record, std::uint64_t uses, Random& random) const {
    if (!plain_) [[unlikely]]
      return held_ ? void() : count(record, uses, random);
    if (record.access() != tick_byte()) record.set_access(tick_byte());
  }
  /// In ticks, at most about kOldest + kSweepTicks.
  [[nodiscard]] std::uint8_t age(Record record) const {
    return static_cast<std::uint8_t>(tick_byte() - record.access());
  }
  void set_age(Record record, std::int64_t seconds) const {
    const auto ticks = std::min<std::int64_t>(seconds / (kTickMs / 1'000), kOldest);
    record.set_access(static_cast<std::uint8_t>(tick_byte() - ticks));
  }
  /// What the sweep does to an entry of a segment that was last visited `ticks` ago; returns how
  /// many of these ticks have been dealt with.
  [[nodiscard]] std::uint32_t decay_steps(std::uint32_t ticks) const {
    return decay_ticks_ == 0 ? 0 : ticks / decay_ticks_;
  }
  [[nodiscard]] std::uint32_t decay_ticks() const { return decay_ticks_; }
  [[nodiscard]] bool counts_frequency() const { return lfu_; }
  void hold_age(Record record) const {
    if (age(record) > kOldest) record.set_access(static_cast<std::uint8_t>(tick_byte() - kOldest));
  }
  static void decay(Record record, std::uint32_t steps) {
    const std::uint32_t frequency = record.access();
    if (steps != 0 && frequency != 0) {
      record.set_access(static_cast<std::uint8_t>(frequency - std::min(frequency, steps)));
    }
  }

 private:
  [[nodiscard]] std::uint8_t tick_byte() const { return static_cast<std::uint8_t>(tick_); }
  void count(Record record, std::uint64_t uses, Random& random) const;

  std::uint32_t tick_ = 0;
  bool lfu_ = false;
  bool held_ = false;
  bool plain_ = true;  // neither
  std::uint64_t log_factor_ = 10;
  std::uint32_t decay_ticks_ = 6;
};

}  // namespace countd::storage
