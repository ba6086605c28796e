#include "tests/net/loopback.h"

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/clients.h"
#include "net/deferred.h"
#include "net/listener.h"
#include "shard/shard.h"
#include "tests/shard/no_server.h"
#include "tests/support/server_process.h"

namespace countd::test {
namespace {

class TestClock final : public shard::Clock {
 public:
  [[nodiscard]] storage::Millis now() const override { return now_.load(); }
  [[nodiscard]] std::int64_t nanoseconds() const override { return system_.nanoseconds(); }
  void advance(std::int64_t milliseconds) { now_.fetch_add(milliseconds); }

 private:
  std::atomic<storage::Millis> now_{1'700'000'000'000};
  shard::SystemClock system_;
};

/// Saves that wait to be told that they are over.
struct Saves {
  std::mutex mutex;
  std::function<void(bool, std::string)> done;
};

class View final : public NoServer {
 public:
  View(net::Connection& connection, config::Store& store, Saves& saves)
      : connection_(connection), store_(store), saves_(saves) {}

  commands::Session& session() override { return connection_.session(); }
  std::shared_ptr<commands::DeferredReply> defer(commands::Reply& reply) override {
    return net::defer_reply(connection_, reply);
  }
  config::Store& config() override { return store_; }
  bool start_snapshot(std::function<void(bool, std::string)> done) override {
    const std::lock_guard lock(saves_.mutex);
    saves_.done = std::move(done);
    return true;
  }

 private:
  net::Connection& connection_;
  config::Store& store_;
  Saves& saves_;
};

config::Options on_port(config::Options options, int threads) {
  options.port = free_port();
  options.bind = {"127.0.0.1"};
  options.threads = threads;
  return options;
}

}  // namespace

struct Loopback::Parts final : shard::Peers, net::Front {
  Parts(config::Options options, int count)
      : store(on_port(std::move(options), count)), slices(static_cast<std::size_t>(count)) {
    shared.table = &table;
    shared.slow_log = &slow_log;
    shared.clock = &clock;
    shared.hash_seed = 1;
    shared.shards = count;
    for (auto& slice : slices) {
      shared.published.emplace_back(store.current().databases);
      slice.keys = std::make_unique<storage::Keyspace>(storage::KeyspaceOptions{.hash_seed = 1});
      slice.keys->begin_turn(clock.now());
    }
    for (int i = 0; i < count; ++i) {
      shards.push_back(std::make_unique<shard::Shard>(i, slices, shared, store, *this));
      clients.push_back(std::make_unique<net::Clients>(*shards.back(), *this));
    }
    listener = std::make_unique<net::Listener>(
        shards[0]->context(), store,
        [this](int descriptor, commands::Session session) { accept(descriptor, session); });
    if (const auto error = listener->open(); !error.empty()) throw std::runtime_error(error);
  }

  // Connections go to the threads in turn.
  void accept(int descriptor, commands::Session session) {
    session.id = ++accepted;
    session.last_active = clock.now();
    const auto thread = static_cast<std::size_t>(accepted) % shards.size();
    shards[thread]->post(
        [this, thread, descriptor, session] { clients[thread]->adopt(descriptor, session); });
  }

  void complete(int thread, shard::MailNode& node) override {
    shards[static_cast<std::size_t>(thread)]->complete(node);
  }
  void wake(int thread) override { shards[static_cast<std::size_t>(thread)]->wake(); }
  void with_view(net::Connection& connection,
                 const std::function<void(commands::ServerView&)>& use) override {
    View view(connection, store, saves);
    use(view);
  }
  void connection_closed(const commands::Session&) override { closed.fetch_add(1); }
  void redirect(const net::Connection&, const std::shared_ptr<const tracking::KeyNames>&) override {
  }

  commands::CommandTable table;
  metrics::SlowLog slow_log;
  TestClock clock;
  shard::SharedState shared;
  config::Store store;
  Saves saves;
  std::atomic<std::uint64_t> closed{0};
  std::uint64_t accepted = 0;
  std::vector<shard::Slice> slices;
  std::vector<std::unique_ptr<shard::Shard>> shards;
  std::vector<std::unique_ptr<net::Clients>> clients;
  std::unique_ptr<net::Listener> listener;
  std::vector<std::thread> threads;
};

Loopback::Loopback(config::Options options, int threads)
    : parts_(std::make_unique<Parts>(std::move(options), threads)) {
  for (std::size_t i = 0; i < parts_->shards.size(); ++i) {
    parts_->shards[i]->post([this, i] { parts_->clients[i]->start(); });
    parts_->threads.emplace_back([this, i] { parts_->shards[i]->run(); });
  }
}

Loopback::~Loopback() {
  parts_->shards[0]->post([this] { parts_->listener->close(); });
  for (std::size_t i = 0; i < parts_->shards.size(); ++i) {
    parts_->shards[i]->post([this, i] {
      parts_->clients[i]->close_all();
      parts_->shards[i]->stop();
    });
  }
  for (auto& thread : parts_->threads) thread.join();
}

int Loopback::port() const { return parts_->store.current().port; }

void Loopback::advance(std::int64_t milliseconds) { parts_->clock.advance(milliseconds); }

void Loopback::set(const std::string& option, const std::string& value) {
  const std::array pairs = {config::Store::Pair{option, value}};
  if (const auto error = parts_->store.set(pairs)) throw std::runtime_error(*error);
}

void Loopback::pause(bool on) {
  parts_->shared.gates = on ? shard::kPauseAllGate | shard::kPauseWritesGate : 0u;
}

void Loopback::pause_writes(bool on) { parts_->shared.gates = on ? shard::kPauseWritesGate : 0u; }

void Loopback::hold(int shard) {
  const auto nobody = static_cast<shard::Holder>(parts_->shards.size()) + 1;
  auto& lease = parts_->slices[static_cast<std::size_t>(shard)].lease;
  while (!lease.try_take(nobody)) std::this_thread::yield();
}

void Loopback::let_go(int shard) {
  auto& slice = parts_->slices[static_cast<std::size_t>(shard)];
  slice.passed_home = true;
  slice.lease.pass(static_cast<shard::Holder>(shard) + 1);
  parts_->wake(shard);
}

void Loopback::invalidate(std::vector<std::string> keys) {
  tracking::Push push;
  push.keys = std::make_shared<tracking::KeyNames>(std::move(keys));
  for (std::size_t i = 0; i < parts_->shards.size(); ++i) {
    parts_->shards[i]->post([this, i, push] { parts_->clients[i]->invalidate(push); });
  }
}

bool Loopback::end_save() {
  const std::lock_guard lock(parts_->saves.mutex);
  auto done = std::exchange(parts_->saves.done, nullptr);
  if (done) done(true, "");
  return done != nullptr;
}

Loopback::Numbers Loopback::numbers() const {
  Numbers sum{};
  for (const auto& shard : parts_->shards) {
    const auto& metrics = shard->metrics();
    sum.bytes_in += metrics.bytes_in.get();
    sum.bytes_out += metrics.bytes_out.get();
    sum.protocol_errors += metrics.protocol_errors.get();
    sum.buffer_limit_disconnects += metrics.buffer_limit_disconnects.get();
    sum.connections += metrics.connections.get();
    for (const auto& [code, count] : metrics.errors.all()) sum.errors += count;
  }
  sum.closed = parts_->closed.load();
  return sum;
}

bool Loopback::eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace countd::test
