#include <doctest/doctest.h>

#include <functional>
#include <utility>

#include "tests/storage/keyspace/model.h"
#include "tests/support/sanitizers.h"

using namespace countd::storage;
using countd::storage::testing::entry_of;
using countd::storage::testing::ModelDatabase;
using countd::storage::testing::Player;
using countd::test::random_runs;

namespace {

using Databases = std::vector<ModelDatabase>;

// Follows a keyspace as a replica would: what was told of an interval, in order, then the entries.
class Follower : public EffectListener, public EntrySink {
 public:
  explicit Follower(std::size_t databases) : state(databases), emitted_(databases) {}

  void on_effect(Effect effect, const Key& key) override {
    const auto db = static_cast<std::size_t>(key.db);
    if (effect == Effect::kCleared) {
      told_.push_back([db](Databases& all) { all[db].clear(); });
    } else if (effect == Effect::kErased || effect == Effect::kExpired ||
               effect == Effect::kEvicted) {
      told_.push_back(
          [db, bytes = std::string(key.bytes)](Databases& all) { all[db].erase(bytes); });
    }
  }
  void on_swap(int a, int b) override {
    told_.push_back([a, b](Databases& all) {
      std::swap(all[static_cast<std::size_t>(a)], all[static_cast<std::size_t>(b)]);
    });
  }
  void on_told(const Key& key, std::span<const std::string_view> request) override {
    ++requests_told;
    told_.push_back([db = static_cast<std::size_t>(key.db), bytes = std::string(key.bytes),
                     more = std::string(request[2])](Databases& all) {
      const auto found = all[db].find(bytes);
      if (found != all[db].end()) found->second.text += more;
    });
  }
  void emit(int db, std::string_view key, const ValueView& value, Millis expiry) override {
    const bool fresh = emitted_[static_cast<std::size_t>(db)]
                           .emplace(std::string(key), entry_of(value, expiry))
                           .second;
    CHECK_MESSAGE(fresh, key << " was emitted twice");
  }

  void cut() { sealed_ = std::exchange(told_, {}); }
  void apply() {
    for (const auto& change : sealed_) change(state);
    for (std::size_t db = 0; db < state.size(); ++db) {
      for (auto& [key, entry] : emitted_[db]) state[db].insert_or_assign(key, entry);
      emitted_[db].clear();
    }
  }

  Databases state;
  int requests_told = 0;

 private:
  std::vector<std::function<void(Databases&)>> told_;
  std::vector<std::function<void(Databases&)>> sealed_;
  Databases emitted_;
};

void drop_expired(Databases& databases, Millis cut) {
  for (auto& entries : databases) {
    std::erase_if(entries, [&](const auto& entry) {
      return entry.second.expiry != kNoExpiry && entry.second.expiry <= cut;
    });
  }
}

// Appends to some string that is an object, told as a request.
void append_as_told(Player& player) {
  const auto db = static_cast<int>(player.below(player.model.size()));
  auto& entries = player.model[static_cast<std::size_t>(db)];
  if (entries.empty()) return;
  auto found = entries.begin();
  std::advance(found, static_cast<std::ptrdiff_t>(player.below(entries.size())));
  auto& [name, entry] = *found;
  if (entry.encoding != "raw") return;
  if (entry.expiry != kNoExpiry && entry.expiry <= player.keys.now()) return;
  const std::string more = "told";
  const std::string_view request[] = {"APPEND", name, more};
  const Key key = player.keys.key(name, db);
  player.keys.edit_object_as_told(key, player.keys.peek(key), request, [&](Object& object) {
    auto& string = static_cast<StringObject&>(object);
    string.cache.reset();
    string.bytes += more;
  });
  entry.text += more;
}

void play(Player& player, std::uint64_t steps) {
  for (std::uint64_t step = 0; step < steps; ++step) {
    player.step();
    if (player.below(4) == 0) append_as_told(player);
  }
}

}  // namespace

TEST_CASE("who follows the log has, after each cut, exactly the entries of that cut") {
  int told = 0;
  for (std::uint64_t seed = 1; seed <= random_runs(12); ++seed) {
    CAPTURE(seed);
    Player player{seed, {.keys = seed % 2 == 0 ? 300 : 5'000}};
    play(player, 2'000);
    Follower follower{player.model.size()};
    follower.state = player.copy();
    player.keys.set_effect_listener(&follower);
    player.keys.begin_log();
    for (int cut = 0; cut < 12; ++cut) {
      play(player, player.below(3'000));
      auto expected = player.copy();
      const Millis now = player.keys.now();
      follower.cut();
      player.keys.cut_log(follower);
      CHECK_FALSE(player.keys.log_dirty());
      const auto pace = 1 + player.below(60);
      while (!player.keys.log_slice(pace)) play(player, player.below(60));
      follower.apply();
      drop_expired(expected, now);
      auto got = follower.state;
      drop_expired(got, now);
      REQUIRE(got == expected);
    }
    told += follower.requests_told;
    player.keys.end_log();
    player.check_all();
  }
  CHECK(told > 100);
}

TEST_CASE("a log and a snapshot of the same keyspace do not disturb each other") {
  Player player{7, {.keys = 3'000, .expiry = false}};
  play(player, 5'000);
  Follower follower{player.model.size()};
  Follower copy{player.model.size()};
  follower.state = player.copy();
  player.keys.set_effect_listener(&follower);
  player.keys.begin_log();
  play(player, 2'000);
  const auto expected = player.copy();
  follower.cut();
  player.keys.cut_log(follower);
  player.keys.begin_snapshot(copy);
  bool logged = false;
  bool copied = false;
  while (!logged || !copied) {
    play(player, 20);
    if (!logged) logged = player.keys.log_slice(17);
    if (!copied) copied = player.keys.snapshot_slice(23);
  }
  follower.apply();
  copy.apply();
  CHECK(follower.state == expected);
  CHECK(copy.state == expected);
}

TEST_CASE("an entry that is written a thousand times between two cuts is told once") {
  Keyspace keys{{.databases = 1, .hash_seed = 5}};
  Follower follower{1};
  keys.set_effect_listener(&follower);
  keys.begin_log();
  for (int i = 0; i < 1'000; ++i) REQUIRE(keys.add(keys.key("hot", 0), 1).has_value());
  CHECK(keys.log_dirty());
  CHECK(keys.log_backlog() == 1);
  follower.cut();
  keys.cut_log(follower);
  CHECK(keys.log_slice(10));
  follower.apply();
  CHECK(follower.state[0].at("hot").text == "1000");
  CHECK_FALSE(keys.log_dirty());
}

TEST_CASE("what stands between a cut and its sink receives what is left of the cut, and no more") {
  Keyspace keys{{.databases = 1, .hash_seed = 5}};
  keys.begin_log();
  for (int i = 0; i < 10; ++i) {
    REQUIRE(keys.add(keys.key("key" + std::to_string(i), 0), 1).has_value());
  }
  Follower own{1};
  Follower between{1};
  own.cut();
  between.cut();
  keys.cut_log(own);
  CHECK_FALSE(keys.log_slice(4));
  CHECK(&keys.exchange_log_sink(between) == &own);
  REQUIRE(keys.add(keys.key("key9", 0), 1).has_value());  // before its turn
  CHECK(keys.log_slice(10));
  own.apply();
  between.apply();
  CHECK(own.state[0].size() == 4);
  CHECK(between.state[0].size() == 6);
  CHECK(between.state[0].at("key9").text == "1");
}

TEST_CASE("emptying or swapping databases alone is something to tell") {
  Keyspace keys{{.databases = 2, .hash_seed = 5}};
  REQUIRE(keys.add(keys.key("counter", 0), 1).has_value());
  keys.begin_log();
  CHECK_FALSE(keys.log_dirty());
  keys.swap_databases(0, 1);
  CHECK(keys.log_dirty());
  Follower follower{2};
  keys.cut_log(follower);
  CHECK(keys.log_slice(10));
  CHECK_FALSE(keys.log_dirty());
  keys.clear(1);
  CHECK(keys.log_dirty());
}

TEST_CASE("a log that ends amid a cut leaves nothing behind for the next one") {
  Player player{3, {.keys = 500}};
  Follower follower{player.model.size()};
  player.keys.set_effect_listener(&follower);
  player.keys.begin_log();
  play(player, 500);
  player.keys.cut_log(follower);
  CHECK_FALSE(player.keys.log_slice(5));
  play(player, 100);
  player.keys.end_log();
  CHECK_FALSE(player.keys.logging());
  play(player, 100);

  Follower second{player.model.size()};
  second.state = player.copy();
  player.keys.set_effect_listener(&second);
  player.keys.begin_log();
  player.keys.cut_log(second);
  CHECK(player.keys.log_slice(1));
  play(player, 200);
  auto expected = player.copy();
  second.cut();
  player.keys.cut_log(second);
  while (!player.keys.log_slice(1'000)) continue;
  second.apply();
  drop_expired(expected, player.keys.now());
  drop_expired(second.state, player.keys.now());
  CHECK(second.state == expected);
}

TEST_CASE("a table whose notes come in parts tells each entry once, with its state at the cut") {
  struct Sums : EntrySink {
    void emit(int, std::string_view, const ValueView& value, Millis) override {
      ++entries;
      sum += value.integer();
    }
    std::int64_t entries = 0;
    std::int64_t sum = 0;
  } sums;
  Keyspace keys{{.databases = 1}};
  constexpr std::int64_t kEntries = 200'000;
  const auto add = [&](std::int64_t id) {
    REQUIRE(keys.add(keys.key("counter:" + std::to_string(id), 0), 1).has_value());
  };
  for (std::int64_t id = 0; id < kEntries; ++id) add(id);
  keys.begin_log();
  for (std::int64_t id = 0; id < kEntries; id += 3) add(id);
  keys.cut_log(sums);
  while (!keys.log_slice(2'000)) {
    // Some of the cut, some new, while it is handed over.
    for (std::int64_t id = 0; id < 1000; ++id) add((id * 7919 + sums.entries) % kEntries);
    add(kEntries + sums.entries);
  }
  CHECK(sums.entries == (kEntries + 2) / 3);
  CHECK(sums.sum == 2 * sums.entries);
  keys.end_log();
}
