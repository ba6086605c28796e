#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("MEMORY USAGE grows with the value and is nil for what is missing") {
  Harness server(2);
  Harness::Client client(server);
  client("SET short x");
  client.run({"SET", "long", std::string(5000, 'x')});
  const auto number = [](const std::string& reply) { return std::stol(reply.substr(1)); };
  CHECK(number(client("MEMORY USAGE short")) > 0);
  CHECK(number(client("MEMORY USAGE long SAMPLES 0")) > 5000);
  CHECK(client("MEMORY USAGE nosuch") == "$-1\r\n");
  CHECK(client("MEMORY USAGE short SAMPLES -1") == "-ERR syntax error\r\n");
  CHECK(client("MEMORY USAGE short SAMPLES x") ==
        "-ERR value is not an integer or out of range\r\n");
  CHECK(client("MEMORY USAGE short EXAMPLES 1") == "-ERR syntax error\r\n");
}

TEST_CASE("MEMORY DOCTOR and PURGE answer") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("MEMORY DOCTOR")[0] == '$');
  CHECK(client("MEMORY PURGE") == "+OK\r\n");
}
