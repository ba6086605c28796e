#include <doctest/doctest.h>

#include "tests/storage/keyspace/model.h"
#include "tests/support/sanitizers.h"

using namespace countd::storage;
using countd::storage::testing::entry_of;
using countd::storage::testing::ModelDatabase;
using countd::storage::testing::Player;
using countd::test::random_runs;

namespace {

class Collector : public EntrySink {
 public:
  explicit Collector(std::size_t databases) : emitted(databases) {}
  void emit(int db, std::string_view key, const ValueView& value, Millis expiry) override {
    const bool fresh = emitted[static_cast<std::size_t>(db)]
                           .emplace(std::string(key), entry_of(value, expiry))
                           .second;
    CHECK_MESSAGE(fresh, key << " was emitted twice");
  }
  std::vector<ModelDatabase> emitted;
};

// What must be in a snapshot: expired entries may be there or not.
void drop_expired(std::vector<ModelDatabase>& databases, Millis cut) {
  for (auto& entries : databases) {
    std::erase_if(entries, [&](const auto& entry) {
      return entry.second.expiry != kNoExpiry && entry.second.expiry <= cut;
    });
  }
}

}  // namespace

TEST_CASE("under random load a snapshot equals a deep copy taken at the cut, no key twice") {
  for (std::uint64_t seed = 1; seed <= random_runs(10); ++seed) {
    CAPTURE(seed);
    Player player{seed, {.keys = seed % 2 == 0 ? 500 : 5'000}};
    for (int snapshot = 0; snapshot < 8; ++snapshot) {
      for (int step = 0; step < 4'000; ++step) player.step();
      auto expected = player.copy();
      const Millis cut = player.keys.now();
      Collector sink{expected.size()};
      player.keys.begin_snapshot(sink);
      const bool abandon = player.below(3) == 0;
      const auto pace = 1 + player.below(40);
      bool over = false;
      for (std::uint64_t slices = 0; !over && !(abandon && slices > 20); ++slices) {
        for (std::uint64_t step = 0; step < player.below(200); ++step) player.step();
        over = player.keys.snapshot_slice(pace);
      }
      if (!over) {
        player.keys.abandon_snapshot();
        continue;
      }
      CHECK_FALSE(player.keys.snapshot_running());
      drop_expired(expected, cut);
      drop_expired(sink.emitted, cut);
      CHECK(sink.emitted == expected);
    }
    player.check_all();
  }
}
