// What a connection says unasked, and when.
#include <doctest/doctest.h>

#include <string>

#include "tests/net/loopback.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::Loopback;
using countd::test::render;

namespace {

constexpr const char* kPush = ">2\n  \"invalidate\"\n  *1\n    \"key\"";

Client tracking_client(const Loopback& server) {
  Client client = server.connect();
  client.call({"HELLO", "3"});
  REQUIRE(client.call({"CLIENT", "TRACKING", "ON"}).text == "OK");
  return client;
}

}  // namespace

TEST_CASE("a client that tracks is told at once, between its requests") {
  Loopback server;
  auto client = tracking_client(server);
  for (int i = 0; i < 3; ++i) {
    server.invalidate({"key"});
    CHECK(render(client.read()) == kPush);
    CHECK(client.call({"PING"}).text == "PONG");
  }
  client.send({"CLIENT", "REPLY", "OFF"});
  server.invalidate({"key"});
  CHECK(render(client.read()) == kPush);
}

TEST_CASE("while a request is under way its reply comes first") {
  Loopback server;
  auto client = tracking_client(server);
  const auto before = server.numbers().bytes_in;
  client.send({"SAVE"});  // answered when the test says so
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in > before; }));
  for (int i = 0; i < 2; ++i) server.invalidate({"key"});
  CHECK_FALSE(client.reply_waits(50ms));
  CHECK(Loopback::eventually([&] { return server.end_save(); }));
  CHECK(client.read().text == "OK");
  for (int i = 0; i < 2; ++i) CHECK(render(client.read()) == kPush);
  CHECK(client.call({"PING"}).text == "PONG");
}

TEST_CASE("who does not track, or speaks RESP2, hears nothing") {
  Loopback server;
  auto plain = server.connect();
  CHECK(plain.call({"PING"}).text == "PONG");
  auto older = server.connect();
  CHECK(older.call({"CLIENT", "TRACKING", "ON"}).text == "OK");
  auto former = tracking_client(server);
  CHECK(former.call({"CLIENT", "TRACKING", "OFF"}).text == "OK");
  server.invalidate({"key"});
  for (auto* const client : {&plain, &older, &former}) {
    CHECK(client->call({"PING"}).text == "PONG");
  }
}

TEST_CASE("a client that does not read is not sent replies into the middle of a message") {
  Loopback server;
  auto client = tracking_client(server);
  // More than the sockets hold: the rest is written bit by bit.
  const std::string large(1 << 20, 'x');
  constexpr int kMessages = 12;
  for (int i = 0; i < kMessages; ++i) server.invalidate({large});
  for (int i = 0; i < 3; ++i) client.send({"ECHO", std::to_string(i)});
  int messages = 0;
  int replies = 0;
  while (messages + replies < kMessages + 3) {
    const auto reply = client.read();
    if (reply.type == '>') {
      ++messages;
      REQUIRE(reply.items[1].items[0].text == large);
    } else {
      REQUIRE(reply.text == std::to_string(replies++));
    }
  }
  CHECK(messages == kMessages);
  CHECK(client.call({"PING"}).text == "PONG");
}

TEST_CASE("a client that never reads its messages is closed at the hard limit") {
  Loopback server;
  server.set("client-output-buffer-limit", "normal 4mb 0 0");
  auto client = tracking_client(server);
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 40; ++i) server.invalidate({large});
  CHECK(Loopback::eventually([&] { return server.numbers().buffer_limit_disconnects == 1; }));
  CHECK(Loopback::eventually([&] { return server.numbers().connections == 0; }));
}

TEST_CASE("a client that has gone over to RESP2 hears no more") {
  Loopback server;
  auto client = tracking_client(server);
  const auto before = server.numbers().bytes_in;
  client.send_bytes("SAVE\r\nHELLO 2\r\nPING\r\n");
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in > before; }));
  server.invalidate({"key"});
  CHECK_FALSE(client.reply_waits(50ms));
  CHECK(Loopback::eventually([&] { return server.end_save(); }));
  CHECK(client.read().text == "OK");
  CHECK(client.read().type == '*');
  CHECK(client.read().text == "PONG");
  CHECK(client.call({"ECHO", "x"}).text == "x");
}
