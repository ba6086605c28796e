#include "server/statistics.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <vector>

using countd::server::Statistics;
namespace shard = countd::shard;

namespace {

struct NoPeers final : shard::Peers {
  void complete(int, shard::MailNode&) override {}
  void wake(int) override {}
};

// Two shards whose threads never run: their numbers are set by hand.
struct TwoShards {
  TwoShards() {
    shared.table = &table;
    shared.clock = &clock;
    shared.shards = 2;
    for (int i = 0; i < 2; ++i) {
      shared.published.emplace_back(16);
      shards.push_back(std::make_unique<shard::Shard>(i, slices, shared, store, peers));
    }
  }

  countd::commands::CommandTable table;
  shard::SystemClock clock;
  shard::SharedState shared;
  countd::config::Store store{countd::config::Options{}};
  NoPeers peers;
  std::vector<shard::Slice> slices{2};
  std::vector<std::unique_ptr<shard::Shard>> shards;
};

}  // namespace

TEST_CASE("totals are sums over all threads and shards") {
  TwoShards two;
  const Statistics statistics(two.shards, two.shared);
  two.shards[0]->metrics().commands[0].calls.add(3);
  two.shards[1]->metrics().commands[1].calls.add(4);
  two.shards[0]->metrics().connections.set(1);
  two.shards[1]->metrics().connections.set(2);
  two.shared.published[0].hits.set(10);
  two.shared.published[1].hits.set(20);
  two.shared.published[1].changes.set(5);
  two.shards[0]->metrics().errors.count("ERR a");
  two.shards[1]->metrics().errors.count("ERR b");
  CHECK(statistics.totals().calls == 7);
  CHECK(statistics.totals().hits == 30);
  CHECK(statistics.connections() == 3);
  CHECK(statistics.changes() == 5);
  CHECK(statistics.errors().at("ERR") == 2);
}

TEST_CASE("a reset sets back all that counts events, and nothing else") {
  TwoShards two;
  Statistics statistics(two.shards, two.shared);
  const auto get = two.table.index(*two.table.find("get"));
  const auto count = [&] {
    two.shards[0]->metrics().commands[get].calls.add(1);
    two.shards[1]->metrics().commands[get].calls.add(2);
    two.shards[1]->metrics().connections_rejected.add(1);
    two.shared.published[0].changes.set(two.shared.published[0].changes.get() + 9);
  };
  count();
  auto& latencies = two.shards[1]->metrics().commands[get].latencies;
  latencies.record(5, 2);
  two.shards[0]->metrics().connections.set(1);
  statistics.reset();
  CHECK(statistics.totals().calls == 0);
  CHECK(statistics.totals().connections_rejected == 0);
  CHECK(statistics.commands()[get].calls == 0);
  CHECK(statistics.latencies()[get].empty());
  CHECK(statistics.connections() == 1);
  CHECK(statistics.changes() == 9);
  CHECK(statistics.totals().changes == 9);
  count();
  latencies.record(5, 3);
  CHECK(statistics.latencies()[get][5] == 3);
  CHECK(statistics.totals().calls == 3);
  CHECK(statistics.commands()[get].calls == 3);
}

TEST_CASE("rates are the mean of the last samples, the peak is the most there was") {
  TwoShards two;
  Statistics statistics(two.shards, two.shared);
  countd::storage::Millis now = 1000;
  statistics.sample(now, 500);
  for (int i = 0; i < 16; ++i) {
    two.shards[0]->metrics().commands[7].calls.add(100);
    two.shards[1]->metrics().bytes_in.add(1024);
    statistics.sample(now += 100, 400);
  }
  CHECK(statistics.ops_per_second() == 1000);
  CHECK(statistics.input_kbps() == 10.0);
  CHECK(statistics.output_kbps() == 0.0);
  CHECK(statistics.peak_bytes() == 500);
  for (int i = 0; i < 16; ++i) statistics.sample(now += 100, 400);
  CHECK(statistics.ops_per_second() == 0);
  statistics.sample(now, 400);  // no time has passed
  statistics.reset_peak();
  statistics.sample(now += 100, 300);
  CHECK(statistics.peak_bytes() == 300);
}
