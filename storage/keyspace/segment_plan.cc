#include "storage/keyspace/segment_plan.h"

#include <algorithm>
#include <array>

#include "storage/keyspace/bucket.h"

namespace countd::storage {
namespace {

constexpr std::array<std::uint32_t, 36> kClasses = {
    128,    192,    256,    320,    384,    448,    512,    640,    768,    896,    1'024,  1'280,
    1'536,  1'792,  2'048,  2'560,  3'072,  3'584,  4'096,  5'120,  6'144,  7'168,  8'192,  10'240,
    12'288, 14'336, 16'384, 20'480, 24'576, 28'672, 32'768, 40'960, 49'152, 57'344, 61'440, 65'472};

// A bucket is meant for 16 of its 20 slots: then few entries land elsewhere than in their own.
constexpr std::size_t kRecordsPerBucket = 16;
constexpr std::size_t kIndexBytes = sizeof(Bucket) / kRecordsPerBucket;

// Air for new records; less, and a segment under churn is compacted for every few of them.
constexpr std::size_t air(std::size_t record_bytes) { return record_bytes / 13; }

}  // namespace

SegmentPlan plan_segment(std::size_t records, std::size_t record_bytes, std::uint32_t limit) {
  const std::size_t average = records == 0 ? 16 : std::max<std::size_t>(record_bytes / records, 1);
  for (const std::uint32_t bytes : kClasses) {
    if (bytes > limit) break;
    const std::size_t room = bytes - kSegmentHeaderBytes;
    const std::size_t expected = room / (average + kIndexBytes);
    const std::size_t buckets =
        std::max({(expected + kRecordsPerBucket / 2) / kRecordsPerBucket,
                  (records + kRecordsPerBucket) / (kRecordsPerBucket + 1), std::size_t{1}});
    const std::size_t heap = record_bytes + air(record_bytes);
    if (buckets * sizeof(Bucket) + heap <= room) {
      return {bytes, static_cast<std::uint32_t>(buckets)};
    }
  }
  return {};
}

}  // namespace countd::storage
