#include "shard/remembering.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/shard/simulation.h"

using namespace countd;
using test::Simulation;

namespace {

struct Outlet final : tracking::Outlet {
  void push(std::vector<tracking::Push> pushes) override {
    for (const auto& each : pushes) {
      for (const auto id : each.clients) {
        for (const auto& key : *each.keys) heard.insert(std::to_string(id) + " " + key);
      }
    }
  }
  std::multiset<std::string> take() { return std::exchange(heard, {}); }
  std::multiset<std::string> heard;
};

using Heard = std::multiset<std::string>;

/// Two callers, the first of which tracks.
struct Tracked {
  explicit Tracked(int shards) : simulation(shards), tracking(outlet, shards, 1) {
    simulation.shared.tracking = &tracking;
    first.session.id = 1;
    second.session.id = 2;
  }
  void track(const std::function<void(tracking::Settings&)>& change = {}) {
    first.session.tracking.on = true;
    if (change) change(first.session.tracking);
    tracking.registry().update({1, 0, first.session.tracking.no_loop}, first.session.tracking);
  }
  std::string by_first(std::string_view line) { return simulation.call(first, line); }
  std::string by_second(std::string_view line) { return simulation.call(second, line); }

  Outlet outlet;
  Simulation simulation;
  tracking::Tracking tracking;
  test::Caller& first = simulation.add_caller(0);
  test::Caller& second = simulation.add_caller(0);
};

}  // namespace

TEST_CASE("what a tracking client reads is remembered, and its next change told, on any shard") {
  for (const int shards : {1, 3}) {
    Tracked tracked(shards);
    tracked.by_first("GET a");
    tracked.by_second("SET a 1");
    CHECK(tracked.outlet.take().empty());
    tracked.track();
    tracked.by_first("GET a");
    tracked.by_first("MGET b c d");
    tracked.by_first("SET e 1");  // no read
    tracked.by_second("GET f");   // nobody's
    tracked.by_second("MSET a 1 b 1 c 1 e 1 f 1");
    CHECK(tracked.outlet.take() == Heard{"1 a", "1 b", "1 c"});
    tracked.by_second("INCR d");
    tracked.by_second("INCR d");
    CHECK(tracked.outlet.take() == Heard{"1 d"});
    tracked.by_first("EXISTS a");
    tracked.by_first("DEL a");
    CHECK(tracked.outlet.take() == Heard{"1 a"});
  }
}

TEST_CASE("OPTIN and OPTOUT are about the next request alone") {
  Tracked tracked(1);
  tracked.track([](auto& settings) { settings.opt_in = true; });
  tracked.by_first("GET a");
  tracked.first.session.tracking.caching = tracking::Caching::kYes;
  tracked.by_first("GET b");
  tracked.by_first("GET c");
  tracked.by_second("MSET a 1 b 1 c 1");
  CHECK(tracked.outlet.take() == Heard{"1 b"});

  tracked.track([](auto& settings) {
    settings.opt_in = false;
    settings.opt_out = true;
  });
  tracked.by_first("GET a");
  tracked.first.session.tracking.caching = tracking::Caching::kNo;
  tracked.by_first("GET b");
  tracked.by_first("GET c");
  tracked.by_second("MSET a 1 b 1 c 1");
  CHECK(tracked.outlet.take() == Heard{"1 a", "1 c"});
}

TEST_CASE("a fold is its client's own only if all its increments are") {
  Tracked tracked(1);
  tracked.track([](auto& settings) { settings.no_loop = true; });
  tracked.by_first("GET n");
  tracked.simulation.call_all(tracked.first, {"INCR n", "INCR n", "INCR n"});
  CHECK(tracked.outlet.take().empty());
  tracked.by_first("GET n");
  tracked.first.queue({{"INCR", "n"}});
  tracked.second.queue({{"INCR", "n"}});
  tracked.simulation.turn(0);
  CHECK(tracked.simulation.threads[0].metrics.folded.get() == 3);
  CHECK(tracked.outlet.take() == Heard{"1 n"});
}

TEST_CASE("each shard remembers its part of the limit") {
  Tracked tracked(2);
  tracked.simulation.options.tracking_table_max_keys = 20;
  tracked.track();
  for (int i = 0; i < 200; ++i) tracked.by_first("GET key" + std::to_string(i));
  for (const auto& shard : tracked.tracking.shards()) CHECK(shard.keys() == 10);
  CHECK(tracked.outlet.take().size() == 180);
}
