// Shards with real threads: who sleeps is woken, and nothing is lost.
#include "shard/shard.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "commands/checked_out.h"
#include "tests/shard/no_server.h"
#include "tests/support/eventually.h"

namespace shard = countd::shard;
using countd::test::eventually;

namespace {

// Sends waves of increments, one after the other, from its shard's thread.
class Source final : public shard::WaveOwner {
 public:
  Source(shard::Shard& home, std::vector<std::string> keys, int waves)
      : shard_(home), keys_(std::move(keys)), left_(waves) {}

  void begin() {
    auto& wave = shard_.turn().new_wave(*this);
    for (int i = 0; i < kRequests; ++i) {
      const auto first = static_cast<std::uint32_t>(wave.words.size());
      // Every eighth request looks at all keys: a check-out of several shards.
      if (i % 8 == 7) {
        wave.words.emplace_back("MGET");
        wave.words.insert(wave.words.end(), keys_.begin(), keys_.end());
      } else {
        wave.words.insert(wave.words.end(),
                          {"INCR", keys_[static_cast<std::size_t>(i) % keys_.size()]});
      }
      const auto words = static_cast<std::uint32_t>(wave.words.size()) - first;
      if (!dispatch(wave, {first, words})) break;
    }
    finish_or_wait(wave);
  }

  void wave_idle(shard::Wave& wave) override {
    countd::test::NoServer server;
    shard_.dispatcher().run_barrier(wave, session_, barrier_, server);
    wave.complete = true;
  }
  void wave_done(shard::Wave& wave, std::span<const countd::protocol::ByteBuffer* const>) override {
    for (const auto& slot : wave.slots) {
      if (slot.kind == countd::commands::ReplySlot::Kind::kInteger) increments.fetch_add(1);
    }
    shard_.turn().recycle(wave);
    // Not at once: the thread is to fall asleep in between, now and then.
    if (--left_ > 0) {
      shard_.post([this] {
        shard_.enter();
        begin();
      });
    } else {
      done = true;
    }
  }
  void describe(countd::metrics::SlowLogEntry&) const override {}

  std::atomic<int> increments{0};
  std::atomic<bool> done{false};

 private:
  static constexpr int kRequests = 8;

  bool dispatch(shard::Wave& wave, shard::Request request) {
    if (shard_.dispatcher().dispatch(wave, session_, request) != shard::Dispatched::kBarrier) {
      return true;
    }
    barrier_ = request;
    waits_ = true;
    return false;
  }
  void finish_or_wait(shard::Wave& wave) {
    wave.complete = !std::exchange(waits_, false);
    shard_.turn().activate(wave);
  }

  shard::Shard& shard_;
  const std::vector<std::string> keys_;
  int left_;
  countd::commands::Session session_;
  shard::Request barrier_;
  bool waits_ = false;
};

struct Shards final : shard::Peers {
  explicit Shards(int count) : slices(static_cast<std::size_t>(count)) {
    shared.table = &table;
    shared.slow_log = &slow_log;
    shared.clock = &clock;
    shared.shards = count;
    for (auto& slice : slices) {
      shared.published.emplace_back(16);
      slice.keys = std::make_unique<countd::storage::Keyspace>(countd::storage::KeyspaceOptions{});
      slice.keys->begin_turn(clock.now());
    }
    for (int i = 0; i < count; ++i) {
      shards.push_back(std::make_unique<shard::Shard>(i, slices, shared, store, *this));
    }
  }
  void run() {
    for (auto& one : shards) threads.emplace_back([&one] { one->run(); });
  }
  void stop() {
    for (auto& one : shards) one->stop();
    for (auto& thread : threads) thread.join();
  }
  void complete(int thread, shard::MailNode& node) override {
    shards[static_cast<std::size_t>(thread)]->complete(node);
  }
  void wake(int thread) override { shards[static_cast<std::size_t>(thread)]->wake(); }

  countd::commands::CommandTable table;
  countd::metrics::SlowLog slow_log;
  shard::SystemClock clock;
  shard::SharedState shared;
  countd::config::Store store{countd::config::Options{}};
  std::vector<shard::Slice> slices;
  std::vector<std::unique_ptr<shard::Shard>> shards;
  std::vector<std::thread> threads;
};

}  // namespace

TEST_CASE("threads that share all keys lose no increment and no wake-up") {
  constexpr int kShards = 3;
  constexpr int kWaves = 3000;
  Shards server(kShards);
  std::vector<std::string> keys;
  for (int i = 0; i < 6; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<std::unique_ptr<Source>> sources;
  for (int i = 0; i < 2 * kShards; ++i) {
    auto& home = *server.shards[static_cast<std::size_t>(i % kShards)];
    sources.push_back(std::make_unique<Source>(home, keys, kWaves));
    home.post([&home, source = sources.back().get()] {
      home.enter();
      source->begin();
    });
  }
  server.run();
  int expected = 0;
  for (const auto& source : sources) {
    CHECK(eventually([&] { return source->done.load(); }));
    expected += source->increments.load();
  }
  server.stop();
  CHECK(expected == 2 * kShards * kWaves * 7);
  std::int64_t sum = 0;
  for (const auto& key : keys) {
    auto& owner =
        *server.slices[static_cast<std::size_t>(countd::commands::key_shard(key, kShards))].keys;
    sum += owner.peek(owner.key(key, 0)).value.integer();
  }
  CHECK(sum == expected);
}

TEST_CASE("what is posted to a sleeping shard runs, on its thread, and in order") {
  Shards server(1);
  server.run();
  std::vector<int> order;
  std::atomic<int> ran{0};
  for (int i = 0; i < 200; ++i) {
    server.shards[0]->post([&, i] {
      order.push_back(i);
      ran.fetch_add(1);
    });
    if (i % 50 == 0) CHECK(eventually([&] { return ran.load() == i + 1; }));
  }
  CHECK(eventually([&] { return ran.load() == 200; }));
  server.stop();
  for (int i = 0; i < 200; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}
