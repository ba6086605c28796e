// The register of connections.

#include <doctest/doctest.h>

#include <vector>

#include "tests/net/loopback.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::Loopback;

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

TEST_CASE("a paused client is closed with the server, without its command being run") {
  Loopback server;
  auto client = server.connect();
  server.pause(true);
  client.send_bytes("INCR n\r\n");
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in == 8; }));
  CHECK_FALSE(client.reply_waits(20ms));
}
