#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("BGREWRITEAOF begins a rewrite of a log that is on, one at a time") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("BGREWRITEAOF") == "-ERR the append only log is off (option appendonly)\r\n");
  server.set_log(true);
  CHECK(client("BGREWRITEAOF") == "+Background append only file rewriting started\r\n");
  CHECK(client("BGREWRITEAOF") ==
        "-ERR Background append only file rewriting already in progress\r\n");
}

TEST_CASE("WAITAOF tells whether what was written is durable here") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("WAITAOF 1 0 0") ==
        "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n");
  server.set_log(true);
  CHECK(client("WAITAOF 1 0 0") == "*2\r\n:1\r\n:0\r\n");
  CHECK(client("WAITAOF 0 1 10") == "*2\r\n:0\r\n:0\r\n");
}

TEST_CASE("WAITAOF checks its numbers") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("WAITAOF 2 0 0") == "-ERR value is out of range, must be between 0 and 1\r\n");
  CHECK(client("WAITAOF 1 -1 0") == "-ERR value is out of range, must be between 0 and 1\r\n");
  CHECK(client("WAITAOF 1 0 -1") == "-ERR timeout is negative\r\n");
  CHECK(client("WAITAOF a 0 0") == "-ERR value is not an integer or out of range\r\n");
  CHECK(client("WAITAOF 1 0 x") == "-ERR timeout is not an integer or out of range\r\n");
}
