#include <doctest/doctest.h>

#include "commands/server.h"
#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("a client is local by its address") {
  const auto local = [](const char* peer) {
    countd::commands::Session session;
    session.peer_address = peer;
    return countd::commands::is_local(session);
  };
  CHECK(local("127.0.0.1:5000"));
  CHECK(local("[::1]:5000"));
  CHECK(local("/run/countd.sock:0"));
  CHECK_FALSE(local("10.0.0.1:5000"));
  CHECK_FALSE(local("1127.0.0.1:5000"));
  CHECK_FALSE(local(""));
}

TEST_CASE("INFO asks the server for sections in lower case") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INFO Server MEMORY") == "$28\r\n# Sections\r\nserver\r\nmemory\r\n\r\n");
  client("HELLO 3");
  CHECK(client("INFO").starts_with("=16\r\ntxt:"));
}

TEST_CASE("TIME is the server's clock") {
  Harness server;
  Harness::Client client(server);
  server.set_now(1'700'000'000'123);
  CHECK(client("TIME") == "*2\r\n$10\r\n1700000000\r\n$6\r\n123000\r\n");
}

TEST_CASE("ROLE is a master without replicas") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("ROLE") == "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
}

TEST_CASE("LOLWUT draws as many strokes as asked and tells the version") {
  Harness server;
  Harness::Client client(server);
  const std::string art = client("LOLWUT VERSION 5 7");
  CHECK(art.find("||||\\ ||\n") != std::string::npos);
  CHECK(art.find("Redis ver. 7.0.15\n") != std::string::npos);
  CHECK(client("LOLWUT VERSION x") == "-ERR value is not an integer or out of range\r\n");
}
