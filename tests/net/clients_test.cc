// The register of connections.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "commands/checked_out.h"
#include "tests/net/loopback.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::Loopback;

namespace {

std::string key_of_shard(int shard) {
  for (int i = 0;; ++i) {
    auto key = "key" + std::to_string(i);
    if (countd::commands::key_shard(key, 2) == shard) return key;
  }
}

}  // namespace

TEST_CASE("the register counts who comes and who goes") {
  Loopback server({}, 2);
  {
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(server.connect());
      CHECK(clients.back().call({"PING"}).text == "PONG");
    }
    CHECK(server.numbers().connections == 10);
    CHECK(server.numbers().closed == 0);
  }
  CHECK(Loopback::eventually([&] { return server.numbers().connections == 0; }));
  CHECK(server.numbers().closed == 10);
}

TEST_CASE("paused clients go on by themselves once the pause is over") {
  Loopback server;
  auto client = server.connect();
  CHECK(client.call({"INCR", "n"}).integer() == 1);
  server.pause(true);
  client.send_bytes("INCR n\r\nINCR n\r\n");
  CHECK_FALSE(client.reply_waits(50ms));
  server.pause(false);
  CHECK(client.read().integer() == 2);
  CHECK(client.read().integer() == 3);
}

TEST_CASE("a paused client goes on only when other threads are done with its earlier requests") {
  Loopback server({}, 2);
  auto client = server.connect();
  // The client's thread is one of the two, so one of the keys is another thread's.
  const std::string keys[] = {key_of_shard(0), key_of_shard(1)};
  for (int shard = 0; shard < 2; ++shard) {
    server.hold(shard);
    server.pause_writes(true);
    const auto before = server.numbers().bytes_in;
    const auto& key = keys[shard];
    std::string pipeline = "STRLEN " + key + "\r\n";
    for (int i = 0; i < 10; ++i) pipeline += "INCR " + keys[1 - shard] + "\r\n";
    client.send_bytes(pipeline);
    REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in > before; }));
    server.pause_writes(false);
    CHECK_FALSE(client.reply_waits(250ms));  // longer than clients wait to try again
    server.let_go(shard);
    CHECK(client.read().integer() == (shard == 0 ? 0 : 2));
    for (int i = 1; i <= 10; ++i) CHECK(client.read().integer() == i);
  }
}

TEST_CASE("a paused client is closed with the server, without its command being run") {
  Loopback server;
  auto client = server.connect();
  server.pause(true);
  client.send_bytes("INCR n\r\n");
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in == 8; }));
  CHECK_FALSE(client.reply_waits(20ms));
}

TEST_CASE("a server may end in the turn in which clients are paused") {
  for (int round = 0; round < 20; ++round) {
    std::vector<Client> clients;
    Loopback server;
    server.pause(true);
    for (int i = 0; i < 5; ++i) {
      clients.push_back(server.connect());
      clients.back().send_bytes("INCR n\r\n");
    }
  }
}

TEST_CASE("what came before the pause is answered at once, what comes behind it afterwards") {
  for (const int threads : {1, 2}) {
    Loopback server({}, threads);
    auto client = server.connect();
    server.pause_writes(true);
    client.send_bytes("GET n\r\nEXISTS n m\r\nINCR n\r\nGET n\r\nINCR n\r\n");
    CHECK(client.read().null);
    CHECK(client.read().integer() == 0);
    CHECK_FALSE(client.reply_waits(20ms));
    server.pause_writes(false);
    CHECK(client.read().integer() == 1);
    CHECK(client.read().text == "1");
    CHECK(client.read().integer() == 2);
  }
}

TEST_CASE("PFCOUNT waits with the writes: it may keep what it has counted") {
  Loopback server;
  auto client = server.connect();
  CHECK(client.call({"PFADD", "h", "a", "b"}).integer() == 1);
  server.pause_writes(true);
  client.send({"PFCOUNT", "h"});
  CHECK_FALSE(client.reply_waits(20ms));
  server.pause_writes(false);
  CHECK(client.read().integer() == 2);
}

TEST_CASE("a client that goes away while it is paused is noticed, and its command is not run") {
  Loopback server;
  {
    auto client = server.connect();
    server.pause(true);
    client.send_bytes("INCR n\r\nINCR n\r\n");
    REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in == 16; }));
    CHECK(server.numbers().connections == 1);
  }
  CHECK(Loopback::eventually([&] { return server.numbers().connections == 0; }));
  server.pause(false);
  CHECK(server.connect().call({"GET", "n"}).null);
}

TEST_CASE("an idle limit does not count a pause") {
  countd::config::Options options;
  options.timeout = 1;
  options.partial_request_timeout = 1;
  Loopback server(options);
  auto client = server.connect();
  server.pause(true);
  client.send_bytes("INCR n\r\n");
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in == 8; }));
  server.advance(10'000);
  CHECK_FALSE(client.reply_waits(250ms));
  server.pause(false);
  CHECK(client.read().integer() == 1);
}
