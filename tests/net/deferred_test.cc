// Answers that come later.

#include <doctest/doctest.h>

#include "tests/net/loopback.h"

using namespace std::chrono_literals;
using countd::test::Loopback;

TEST_CASE("what stands behind a deferred answer waits for it; other clients do not") {
  for (const int threads : {1, 2}) {
    Loopback server({}, threads);
    auto client = server.connect();
    auto other = server.connect();
    client.send_bytes("INCR n\r\nSAVE\r\nINCR n\r\nINCR n\r\n");
    bool ended = false;
    // The save is not under way before the increment has been counted.
    REQUIRE(Loopback::eventually([&] { return other.call({"GET", "n"}).text == "1"; }));
    CHECK_FALSE(client.reply_waits(20ms));
    CHECK(other.call({"GET", "n"}).text == "1");
    ended = Loopback::eventually([&] { return server.end_save(); });
    REQUIRE(ended);
    CHECK(client.read().integer() == 1);
    CHECK(client.read().text == "OK");
    CHECK(client.read().integer() == 2);
    CHECK(client.read().integer() == 3);
  }
}

TEST_CASE("the client may be gone when its answer comes") {
  Loopback server;
  {
    auto client = server.connect();
    client.send_bytes("SAVE\r\nINCR n\r\n");
    auto other = server.connect();
    REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in >= 14; }));
    CHECK(other.call({"PING"}).text == "PONG");
  }
  CHECK(Loopback::eventually([&] { return server.end_save(); }));
  CHECK(Loopback::eventually([&] { return server.numbers().connections == 0; }));
  CHECK(server.connect().call({"GET", "n"}).text == "1");
}
