#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("CONFIG GET answers pairs, as a map in RESP3") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CONFIG GET databases") == "*2\r\n$9\r\ndatabases\r\n$2\r\n16\r\n");
  CHECK(client("CONFIG GET nosuch") == "*0\r\n");
  client("HELLO 3");
  CHECK(client("CONFIG GET databases") == "%1\r\n$9\r\ndatabases\r\n$2\r\n16\r\n");
}

TEST_CASE("CONFIG SET changes all options or none") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CONFIG SET maxmemory 1mb timeout 9") == "+OK\r\n");
  CHECK(server.config().current().maxmemory == 1u << 20);
  CHECK(server.config().current().timeout == 9);
  const std::string refused = client("CONFIG SET timeout 10 maxmemory nonsense");
  CHECK(refused.starts_with("-ERR CONFIG SET failed (possibly related to argument 'maxmemory')"));
  CHECK(server.config().current().timeout == 9);
  CHECK(client("CONFIG SET nosuch 1") ==
        "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'\r\n");
  CHECK(client("CONFIG SET timeout 1 maxmemory") == "-ERR syntax error\r\n");
}

TEST_CASE("CONFIG REWRITE needs a file, RESETSTAT reaches the server") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CONFIG REWRITE") == "-ERR The server is running without a config file\r\n");
  CHECK(client("CONFIG RESETSTAT") == "+OK\r\n");
  CHECK(server.asked() == std::vector<std::string>{"reset-statistics"});
}
