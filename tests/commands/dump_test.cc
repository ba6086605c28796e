#include <doctest/doctest.h>

#include <random>

#include "tests/commands/harness.h"

using countd::test::Harness;

namespace {
// The bulk string within a reply.
std::string bulk_of(const std::string& reply) {
  const auto begin = reply.find("\r\n") + 2;
  return reply.substr(begin, reply.size() - begin - 2);
}
}  // namespace

TEST_CASE("a counter's dump is byte for byte Redis's") {
  Harness server;
  Harness::Client client(server);
  client("SET n 1");
  const std::string payload = bulk_of(client("DUMP n"));
  CHECK(payload.substr(0, 5) == std::string("\x00\xc0\x01\x0a\x00", 5));
  CHECK(payload.size() == 13);
  CHECK(client("DUMP nosuch") == "$-1\r\n");
}

TEST_CASE("what DUMP tells, RESTORE makes again") {
  Harness server(2);
  Harness::Client client(server);
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    std::string value(random() % 300, static_cast<char>('a' + i % 26));
    if (i % 3 == 0) value = std::to_string(static_cast<int>(random()) - 1000);
    client.run({"SET", "from", value});
    client.run({"RESTORE", "to", "0", bulk_of(client("DUMP from")), "REPLACE"});
    CHECK(client("GET to") == client("GET from"));
    CHECK(client("OBJECT ENCODING to") == client("OBJECT ENCODING from"));
  }
}

TEST_CASE("a restored key lives as long as RESTORE says") {
  Harness server;
  Harness::Client client(server);
  client("SET from v");
  const std::string payload = bulk_of(client("DUMP from"));
  CHECK(client.run({"RESTORE", "a", "5000", payload}) == "+OK\r\n");
  CHECK(client("PTTL a") == ":5000\r\n");
  const std::string moment = std::to_string(server.now() + 7000);
  CHECK(client.run({"RESTORE", "b", moment, payload, "ABSTTL"}) == "+OK\r\n");
  CHECK(client("PTTL b") == ":7000\r\n");
  CHECK(client.run({"RESTORE", "b", "1", payload, "ABSTTL", "REPLACE"}) == "+OK\r\n");
  CHECK(client("EXISTS b") == ":0\r\n");
}

TEST_CASE("a restored key is as old, or as often used, as RESTORE says") {
  Harness server;
  Harness::Client client(server);
  client("SET n 5");
  const auto payload = bulk_of(client("DUMP n"));
  CHECK(client.run({"RESTORE", "idle", "0", payload, "IDLETIME", "100"}) == "+OK\r\n");
  CHECK(client("OBJECT IDLETIME idle") == ":100\r\n");
  CHECK(client.run({"RESTORE", "ancient", "0", payload, "IDLETIME", "1000000"}) == "+OK\r\n");
  CHECK(client("OBJECT IDLETIME ancient") == ":1920\r\n");
  CHECK(client.run({"RESTORE", "other", "0", payload, "FREQ", "77"}) == "+OK\r\n");
  CHECK(client("OBJECT IDLETIME other") == ":0\r\n");
}

TEST_CASE("RESTORE refuses what it must") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  std::string payload = bulk_of(client("DUMP k"));
  CHECK(client.run({"RESTORE", "k", "0", payload}) ==
        "-BUSYKEY Target key name already exists.\r\n");
  CHECK(client.run({"RESTORE", "n", "-1", payload}) == "-ERR Invalid TTL value, must be >= 0\r\n");
  CHECK(client.run({"RESTORE", "n", "x", payload}) ==
        "-ERR value is not an integer or out of range\r\n");
  CHECK(client.run({"RESTORE", "n", "0", payload, "FREQ", "256"}) ==
        "-ERR Invalid FREQ value, must be >= 0 and <= 255\r\n");
  CHECK(client.run({"RESTORE", "n", "0", payload, "IDLETIME", "1", "FREQ", "1"}) ==
        "-ERR syntax error\r\n");
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ 0x10);
    const std::string reply = client.run({"RESTORE", "n", "0", payload});
    CHECK(reply == "-ERR DUMP payload version or checksum are wrong\r\n");
    payload[i] = static_cast<char>(payload[i] ^ 0x10);
  }
  CHECK(client("EXISTS n") == ":0\r\n");
}
