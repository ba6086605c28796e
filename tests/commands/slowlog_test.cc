#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("SLOWLOG GET tells the newest entries first") {
  Harness server;
  Harness::Client client(server);
  for (int i = 0; i < 12; ++i) {
    server.slow_log().add({.unix_time = 1000 + i,
                           .micros = 20 + i,
                           .words = {"keys", "*"},
                           .peer = "127.0.0.1:9",
                           .client_name = "me"},
                          128);
  }
  CHECK(client("SLOWLOG LEN") == ":12\r\n");
  CHECK(client("SLOWLOG GET 1") ==
        "*1\r\n*6\r\n:11\r\n:1011\r\n:31\r\n*2\r\n$4\r\nkeys\r\n$1\r\n*\r\n$11\r\n127.0.0.1:9\r\n"
        "$2\r\nme\r\n");
  CHECK(client("SLOWLOG GET").starts_with("*10\r\n"));
  CHECK(client("SLOWLOG GET -1").starts_with("*12\r\n"));
  CHECK(client("SLOWLOG RESET") == "+OK\r\n");
  CHECK(client("SLOWLOG GET") == "*0\r\n");
}

TEST_CASE("a count is -1 or more") {
  Harness server;
  Harness::Client client(server);
  const std::string refused = "-ERR count should be greater than or equal to -1\r\n";
  CHECK(client("SLOWLOG GET -2") == refused);
  CHECK(client("SLOWLOG GET x") == refused);
}
