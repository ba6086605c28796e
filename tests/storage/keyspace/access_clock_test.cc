#include "storage/keyspace/access_clock.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

using namespace countd::storage;

namespace {

struct Entry {
  Entry() : draft("key", prefixes), record(draft.finish(kNoExpiry, StoredValue{0})) {}
  PrefixTable prefixes{1};
  Draft draft;
  Record record;
};

}  // namespace

TEST_CASE("an entry ages by the clock and is young again when it is used") {
  AccessClock clock;
  Random random{1};
  Entry entry;
  clock.set_tick(1'000);
  entry.record.set_access(clock.of_new_entry());
  clock.set_tick(1'100);
  CHECK(clock.age(entry.record) == 100);
  clock.touch(entry.record, 1, random);
  CHECK(clock.age(entry.record) == 0);
}

TEST_CASE("an entry that the sweep visits never looks young again by itself") {
  AccessClock clock;
  Entry entry;
  entry.record.set_access(0);
  for (std::uint32_t tick = 0; tick < 5'000; ++tick) {
    clock.set_tick(tick);
    CHECK(clock.age(entry.record) >= std::min<std::uint32_t>(tick, AccessClock::kOldest));
    if (tick % AccessClock::kSweepTicks == 0) clock.hold_age(entry.record);
  }
}

TEST_CASE("frequency grows with the logarithm of the uses, together or one by one") {
  AccessClock clock;
  clock.use_frequency(true, 10, 1);
  Random random{1};
  const auto after = [&](int uses, std::uint64_t at_once) {
    Entry entry;
    entry.record.set_access(clock.of_new_entry());
    for (int use = 0; use < uses; ++use) clock.touch(entry.record, at_once, random);
    return static_cast<int>(entry.record.access());
  };
  CHECK(after(0, 1) == AccessClock::kFirstFrequency);
  const int hundred = after(100, 1);
  const int thousand = after(1'000, 1);
  const int million = after(1'000'000, 1);
  CHECK(hundred >= 7);
  CHECK(thousand > hundred);
  CHECK(million == 255);
  CHECK(std::abs(after(10, 100) - thousand) <= 6);
  CHECK(after(1, 10'000'000) == 255);
}

TEST_CASE("decay takes one away a step, down to nothing") {
  Entry entry;
  entry.record.set_access(7);
  AccessClock::decay(entry.record, 3);
  CHECK(entry.record.access() == 4);
  AccessClock::decay(entry.record, 30);
  CHECK(entry.record.access() == 0);
  AccessClock clock;
  clock.use_frequency(true, 10, 2);
  CHECK(clock.decay_steps(clock.decay_ticks() * 3 + 1) == 3);
  clock.use_frequency(true, 10, 0);
  CHECK(clock.decay_steps(1'000) == 0);
}
