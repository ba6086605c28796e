// How large a segment is made for what it has to hold, and how that is shared out between buckets
// and records.
//
// Sizes are the allocator's own small classes (jemalloc: four a doubling), so nothing is lost to
// rounding and a segment grows in steps of 14-25 %. Buckets are given in proportion to the records
// expected beside them, so both are full at about the same time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace countd::storage {

struct SegmentPlan {
  std::uint32_t bytes = 0;  // header, buckets and heap; 0: no size holds it
  std::uint32_t buckets = 0;
};

/// Beyond this a segment is split, not grown: the largest class that is not padded to pages.
inline constexpr std::uint32_t kOrdinarySegmentBytes = 14'336;
/// What 16-bit offsets can reach; only for segments that cannot be split any more.
inline constexpr std::uint32_t kLargestSegmentBytes = 65'472;
inline constexpr std::uint32_t kSmallestSegmentBytes = 128;
inline constexpr std::uint32_t kSegmentHeaderBytes = 64;

/// The smallest class <= `limit` that holds `records` of `record_bytes` in all, with a little
/// air. REQUIRES: limit <= kLargestSegmentBytes.
SegmentPlan plan_segment(std::size_t records, std::size_t record_bytes, std::uint32_t limit);

}  // namespace countd::storage
