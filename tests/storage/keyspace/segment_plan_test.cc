#include "storage/keyspace/segment_plan.h"

#include <doctest/doctest.h>

#include "storage/keyspace/bucket.h"

using namespace countd::storage;

TEST_CASE("a planned segment holds what it was planned for, with room for one more") {
  for (const std::size_t size : {5, 16, 27, 45, 120}) {
    for (std::size_t records = 0; records < 3'000; ++records) {
      const auto plan = plan_segment(records, records * size, kLargestSegmentBytes);
      if (plan.bytes == 0) break;
      REQUIRE(plan.bytes % 64 == 0);
      REQUIRE(plan.buckets * (Bucket::kSlots - 1) > records);
      REQUIRE(kSegmentHeaderBytes + plan.buckets * sizeof(Bucket) + records * size <= plan.bytes);
    }
  }
}

TEST_CASE("an ordinary segment holds some seven hundred counters") {
  CHECK(plan_segment(650, 650 * 16, kOrdinarySegmentBytes).bytes == kOrdinarySegmentBytes);
  CHECK(plan_segment(750, 750 * 16, kOrdinarySegmentBytes).bytes == 0);
}

TEST_CASE("a segment that has just grown is at least seven tenths full") {
  for (std::size_t records = 300; records < 650; ++records) {
    const auto plan = plan_segment(records, records * 16, kOrdinarySegmentBytes);
    REQUIRE(plan.bytes != 0);
    const double used = static_cast<double>(records) * (16 + 3.2) + kSegmentHeaderBytes;
    CHECK(used / plan.bytes > 0.7);
  }
}
