// Clients that keep values of their own, with the whole server between them.
#include "server/invalidations.h"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "storage/base/random.h"
#include "tests/server/in_process.h"

using namespace std::chrono_literals;
using countd::storage::Random;
using countd::test::Client;
using countd::test::info_field;
using countd::test::InProcess;
using countd::test::Reply;

namespace {

Client connect(const InProcess& server, const countd::test::Words& tracking) {
  Client client = server.connect();
  client.call({"HELLO", "3"});
  REQUIRE(client.call(tracking).text == "OK");
  return client;
}

/// The next message of client-side caching; replies are passed over.
std::vector<std::string> next_keys(Client& client) {
  for (;;) {
    const Reply reply = client.read();
    if (reply.type != '>') continue;
    REQUIRE(reply.items[0].text == "invalidate");
    if (reply.items[1].null) return {"all"};
    std::vector<std::string> keys;
    for (const auto& item : reply.items[1].items) keys.push_back(item.text);
    return keys;
  }
}

using Keys = std::vector<std::string>;

/// A client with a cache: reads, keeps what it has read, and forgets what it is told to.
class Cache {
 public:
  explicit Cache(const InProcess& server)
      : client_(connect(server, {"CLIENT", "TRACKING", "ON"})) {}

  void read(const std::string& key) {
    if (values_.contains(key)) return;
    client_.send({"GET", key});
    const Reply reply = next_reply();
    values_[key] = reply.null ? "" : reply.text;
  }
  /// Until the answer to a PING: what was on its way has come.
  void listen() {
    client_.send({"PING"});
    next_reply();
  }
  [[nodiscard]] const std::map<std::string, std::string>& values() const { return values_; }

 private:
  Reply next_reply() {
    for (;;) {
      Reply reply = client_.read();
      if (reply.type != '>') return reply;
      if (reply.items[1].null) values_.clear();
      for (const auto& item : reply.items[1].items) values_.erase(item.text);
    }
  }

  Client client_;
  std::map<std::string, std::string> values_;
};

void write_at_random(Client& client, Random& random, const std::string& key) {
  switch (random.below(12)) {
    case 0:
      client.call({"DEL", key});
      break;
    case 1:
      client.call({"SET", key, "text", "PX", "20"});
      break;
    case 2:
      client.call({"MSET", key, "1", "key0", "2"});
      break;
    case 3:
      client.call({"FLUSHALL"});
      break;
    default:
      client.call({"INCR", key});  // or an error, where there is a text
  }
}

}  // namespace

TEST_CASE("a client hears of changes by others, by itself and by time, on all threads") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    auto writer = server.connect();
    std::vector<Client> readers;
    for (int i = 0; i < 6; ++i) {
      readers.push_back(connect(server, {"CLIENT", "TRACKING", "ON"}));
      readers.back().call({"MGET", "a", "b", "c"});
    }
    CHECK(info_field(writer, "tracking_clients") == "6");
    CHECK(info_field(writer, "tracking_total_keys") == "3");
    CHECK(info_field(writer, "tracking_total_items") == "18");
    writer.call({"INCR", "a"});
    for (auto& reader : readers) CHECK(next_keys(reader) == Keys{"a"});
    readers[0].send({"SET", "b", "1", "PX", "1"});
    CHECK(readers[0].read().text == "OK");  // the reply comes first
    for (auto& reader : readers) CHECK(next_keys(reader) == Keys{"b"});
    // Its time may have been over before: then there is nothing to hear until it is there again.
    if (readers[1].call({"GET", "b"}).null) readers[1].call({"SET", "b", "2", "PX", "1"});
    CHECK(next_keys(readers[1]) == Keys{"b"});
    writer.call({"FLUSHALL"});
    for (auto& reader : readers) CHECK(next_keys(reader) == Keys{"all"});
    CHECK(info_field(writer, "tracking_total_keys") == "0");
  }
}

TEST_CASE("what one client tracks another may hear, until it is gone") {
  for (const int threads : {1, 3}) {
    InProcess server(threads);
    auto writer = server.connect();
    auto ear = connect(server, {"CLIENT", "TRACKING", "OFF"});
    const auto id = ear.call({"CLIENT", "ID"}).text;
    auto reader = connect(server, {"CLIENT", "TRACKING", "ON", "REDIRECT", id});
    reader.call({"GET", "a"});
    writer.call({"SET", "a", "1"});
    CHECK(next_keys(ear) == Keys{"a"});
    writer.call({"CLIENT", "KILL", "ID", id});
    REQUIRE(ear.closes_within(60'000ms));
    reader.call({"GET", "a"});
    writer.call({"SET", "a", "2"});
    const Reply broken = reader.read();
    CHECK(broken.items[0].text == "tracking-redir-broken");
    CHECK(broken.items[1].text == id);
    CHECK(reader.call({"CLIENT", "INFO"}).text.find(" flags=tR ") != std::string::npos);
    CHECK(reader.call({"CLIENT", "TRACKING", "ON", "REDIRECT", id}).is_error());
  }
}

TEST_CASE("prefixes are broadcast, and a client that leaves is forgotten") {
  InProcess server(2);
  auto writer = server.connect();
  {
    auto reader = connect(server, {"CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "u:"});
    CHECK(info_field(writer, "tracking_total_prefixes") == "1");
    writer.call({"MSET", "v:1", "1", "u:1", "1"});
    CHECK(next_keys(reader) == Keys{"u:1"});
    CHECK(reader.call({"RESET"}).text == "RESET");
    CHECK(info_field(writer, "tracking_clients") == "0");
    reader.call({"HELLO", "3"});
    reader.call({"CLIENT", "TRACKING", "ON"});
  }
  for (int i = 0; info_field(writer, "tracking_clients") != "0"; ++i) {
    REQUIRE(i < 6000);
    std::this_thread::sleep_for(10ms);
  }
}

TEST_CASE("with appendfsync always nobody hears of what is not durable, and all hear in the end") {
  InProcess server(2, [](countd::config::Options& options) {
    options.appendonly = true;
    options.appendfsync = countd::config::AppendFsync::kAlways;
  });
  auto writer = server.connect();
  auto reader = connect(server, {"CLIENT", "TRACKING", "ON"});
  for (int i = 0; i < 200; ++i) {
    reader.call({"GET", "n"});
    CHECK(writer.call({"INCR", "n"}).integer() == i + 1);
    CHECK(next_keys(reader) == Keys{"n"});
  }
}

TEST_CASE("no cache keeps a value that is not the server's, whoever writes and on which thread") {
  for (const int threads : {1, 4}) {
    CAPTURE(threads);
    InProcess server(threads);
    constexpr int kKeys = 12;
    std::vector<std::thread> writers;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      writers.emplace_back([&server, seed] {
        Random random(seed);
        auto client = server.connect();
        for (int i = 0; i < 3000; ++i) {
          write_at_random(client, random, "key" + std::to_string(random.below(kKeys)));
        }
      });
    }
    std::vector<Cache> caches;
    for (int i = 0; i < 4; ++i) caches.emplace_back(server);
    Random random(99);
    for (int i = 0; i < 6000; ++i) {
      caches[random.below(caches.size())].read("key" + std::to_string(random.below(kKeys)));
    }
    for (auto& writer : writers) writer.join();
    auto client = server.connect();
    for (int i = 0; i < kKeys; ++i) client.call({"PERSIST", "key" + std::to_string(i)});
    std::map<std::string, std::string> truth;
    for (int i = 0; i < kKeys; ++i) {
      const auto key = "key" + std::to_string(i);
      const Reply reply = client.call({"GET", key});
      truth[key] = reply.null ? "" : reply.text;
    }
    const auto agrees = [&](Cache& cache) {
      for (const auto& [key, value] : cache.values()) {
        if (truth.at(key) != value) return false;
      }
      return true;
    };
    for (auto& cache : caches) {
      // A message may still be on its way between threads; a stale value stays for ever.
      for (int i = 0; i < 1000 && !agrees(cache); ++i) {
        std::this_thread::sleep_for(10ms);
        cache.listen();
      }
      CHECK(agrees(cache));
    }
  }
}
