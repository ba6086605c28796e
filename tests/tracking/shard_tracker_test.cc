#include "tracking/shard_tracker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace countd::tracking;
using countd::storage::Keyspace;

namespace {

struct Shard {
  explicit Shard(bool speaks_for_all = true) : tracker(registry, 1, speaks_for_all) {}

  void track(std::uint64_t client, std::vector<std::string> prefixes = {}, bool no_loop = false) {
    Settings settings;
    settings.on = true;
    settings.broadcast = !prefixes.empty();
    settings.prefixes = std::move(prefixes);
    registry.update({client, 0, no_loop}, settings);
    tracker.attach(keys);
  }
  void set(std::string_view name, std::uint64_t writer = 0) {
    tracker.set_writer(writer);
    keys.set(keys.key(name, 0), std::int64_t{1});
  }
  /// "client: key key", sorted; "all" for everything.
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    for (const auto& push : tracker.take_pushes()) {
      if (push.keys == nullptr) lines.emplace_back("all");
      for (const auto id : push.clients) {
        std::string line = std::to_string(id) + ":";
        auto names = *push.keys;
        std::ranges::sort(names);
        for (const auto& name : names) line += " " + name;
        lines.push_back(line);
      }
    }
    std::ranges::sort(lines);
    CHECK_FALSE(tracker.has_pushes());
    return lines;
  }

  Registry registry;
  Keyspace keys{{}};
  ShardTracker tracker;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a reader hears of the next change of what it has read, once") {
  Shard shard;
  shard.track(7);
  shard.set("a");
  CHECK(shard.heard().empty());
  shard.tracker.remember("a", {7, 0}, 0);
  shard.tracker.remember("a", {8, 3}, 0);
  CHECK(shard.tracker.keys() == 1);
  CHECK(shard.tracker.items() == 2);
  shard.set("b");
  CHECK_FALSE(shard.tracker.has_pushes());
  shard.set("a");
  shard.set("a");
  CHECK(shard.heard() == Lines{"7: a", "8: a"});
  CHECK(shard.tracker.keys() == 0);
}

TEST_CASE("each way in which an entry changes is told") {
  Shard shard;
  shard.track(7);
  const auto key = shard.keys.key("a", 3);
  const auto changes = [&](const std::function<void()>& change) {
    shard.tracker.remember("a", {7, 0}, 0);
    change();
    return shard.heard() == Lines{"7: a"};
  };
  CHECK(changes([&] { CHECK(shard.keys.add(key, 1).has_value()); }));
  CHECK(changes([&] { shard.keys.set_expiry(key, 1'000); }));
  CHECK(changes([&] {
    shard.keys.begin_turn(1'000);
    CHECK_FALSE(shard.keys.read(key).exists);
  }));
  shard.keys.set(key, std::string_view("text"));
  CHECK(changes([&] { CHECK(shard.keys.erase(key)); }));
  shard.keys.set(key, std::string_view("text"));
  CHECK(changes([&] {
    while (shard.keys.evict_one(countd::storage::EvictionPolicy::kAllKeysRandom, 5)) {
    }
  }));
}

TEST_CASE("NOLOOP spares a client its own changes, but not those of time") {
  Shard shard;
  shard.track(7);
  shard.tracker.remember("a", {7, 0, true}, 0);
  shard.set("a", 7);
  CHECK(shard.heard().empty());
  CHECK(shard.tracker.keys() == 0);
  shard.tracker.remember("a", {7, 0, true}, 0);
  shard.set("a", 8);
  CHECK(shard.heard() == Lines{"7: a"});
  shard.tracker.remember("a", {7, 0, true}, 0);
  shard.tracker.set_writer(7);
  shard.keys.set_expiry(shard.keys.key("a", 0), 500);
  CHECK(shard.heard().empty());
  shard.tracker.remember("a", {7, 0, true}, 0);
  shard.keys.begin_turn(500);
  CHECK_FALSE(shard.keys.read(shard.keys.key("a", 0)).exists);
  CHECK(shard.heard() == Lines{"7: a"});
}

TEST_CASE("prefixes are broadcast, whether read or not, each key once a batch") {
  Shard shard;
  shard.track(7, {"u:", "v:"});
  shard.track(8, {"u:"}, true);
  shard.set("u:1", 8);
  shard.set("u:2", 9);
  shard.set("u:2", 9);
  shard.set("v:1", 8);
  shard.set("w:1", 8);
  CHECK(shard.heard() == Lines{"7: u:1 u:2", "7: v:1", "8: u:2"});
  shard.set("u:1", 8);
  shard.set("u:1", 9);  // not its own alone
  CHECK(shard.heard() == Lines{"7: u:1", "8: u:1"});
  shard.registry.update({7, 0}, {});
  shard.tracker.attach(shard.keys);
  shard.set("v:1");
  CHECK(shard.heard().empty());
}

TEST_CASE("of whole databases one shard speaks, and all forget") {
  for (const bool speaks : {true, false}) {
    Shard shard(speaks);
    shard.track(7);
    shard.tracker.remember("a", {7, 0}, 0);
    shard.keys.clear(-1);
    CHECK(shard.tracker.keys() == 0);
    CHECK(shard.heard() == (speaks ? Lines{"all"} : Lines{}));
    shard.tracker.remember("a", {7, 0}, 0);
    shard.keys.swap_databases(0, 1);
    CHECK(shard.tracker.keys() == 0);
    CHECK(shard.heard() == (speaks ? Lines{"all"} : Lines{}));
  }
}

TEST_CASE("above the limit some key is given up, and its readers hear of it") {
  Shard shard;
  shard.track(7);
  std::map<std::string, int> told;
  for (int i = 0; i < 1000; ++i) {
    shard.tracker.remember("key" + std::to_string(i), {7, 0}, 10);
    CHECK(shard.tracker.keys() <= 10);
    for (const auto& line : shard.heard()) ++told[line];
  }
  CHECK(told.size() == 990);
}

TEST_CASE("a tracker that is detached hears nothing and has forgotten everything") {
  Shard shard;
  shard.track(7);
  shard.tracker.remember("a", {7, 0}, 0);
  shard.set("a");
  shard.tracker.remember("a", {7, 0}, 0);
  shard.tracker.detach(shard.keys);
  CHECK_FALSE(shard.tracker.has_pushes());
  CHECK(shard.tracker.keys() == 0);
  shard.set("a");
  CHECK_FALSE(shard.tracker.has_pushes());
  shard.tracker.attach(shard.keys);
  shard.tracker.remember("a", {7, 0}, 0);
  shard.set("a");
  CHECK(shard.heard() == Lines{"7: a"});
}
