// When the next entry of a table may expire: one lower bound for each of 256 parts of the hash
// space, so that looking for what is due passes by what is not.
//
// A bound grows stale when its entry is removed or lives on; the part is then measured anew,
// segment by segment, in as many steps as one likes: entries noted meanwhile count, and `earliest`
// stays as it was (low, so never wrong) until the part is done.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "storage/base/time.h"

namespace countd::storage {

class ExpiryBounds {
 public:
  static constexpr unsigned kPartBits = 8;
  static constexpr std::size_t kParts = 1U << kPartBits;
  static constexpr Millis kNever = std::numeric_limits<Millis>::max();

  /// An entry with this hash now expires at `expiry`.
  void note(std::uint64_t hash, Millis expiry) {
    if (parts_.empty()) parts_.assign(kParts, kNever);
    Millis& part = parts_[hash >> (64 - kPartBits)];
    part = std::min(part, expiry);
    earliest_ = std::min(earliest_, expiry);
  }
  /// No entry expires before this.
  [[nodiscard]] Millis earliest() const { return earliest_; }

  [[nodiscard]] bool measuring() const { return measuring_; }
  /// REQUIRES: something was noted, not measuring().
  void begin_earliest_part() {
    const auto part = std::min_element(parts_.begin(), parts_.end());
    position_ = static_cast<std::uint64_t>(part - parts_.begin()) << (64 - kPartBits);
    *part = kNever;
    measuring_ = true;
  }
  /// The hash whose segment is to be looked at next.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  /// The segment at position() has nothing that expires before `expiry`; the next one begins at
  /// `next`, 0 if it was the last.
  void note_measured(Millis expiry, std::uint64_t next) {
    Millis& part = parts_[position_ >> (64 - kPartBits)];
    part = std::min(part, expiry);
    const bool same_part = next != 0 && next >> (64 - kPartBits) == position_ >> (64 - kPartBits);
    if (same_part) {
      position_ = next;
    } else {
      measuring_ = false;
      earliest_ = *std::min_element(parts_.begin(), parts_.end());
    }
  }

 private:
  std::vector<Millis> parts_;  // empty until there is an expiry
  Millis earliest_ = kNever;
  std::uint64_t position_ = 0;
  bool measuring_ = false;
};

}  // namespace countd::storage
