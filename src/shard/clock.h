// The clock seam: the only door to time. Tests and simulations bring their own.
#pragma once

#include <cstdint>

#include "storage/base/time.h"

namespace countd::shard {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time.
  [[nodiscard]] virtual storage::Millis now() const = 0;
  /// Monotonic nanoseconds, for durations.
  [[nodiscard]] virtual std::int64_t nanoseconds() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] storage::Millis now() const override;
  [[nodiscard]] std::int64_t nanoseconds() const override;
};

}  // namespace countd::shard
