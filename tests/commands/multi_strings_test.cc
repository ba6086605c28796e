#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("MSET and MGET span all shards") {
  for (const int shards : {1, 5}) {
    Harness server(shards);
    Harness::Client client(server);
    CHECK(client("MSET a 1 b 2 c 3 a 4") == "+OK\r\n");
    client("CMS.INITBYDIM s 8 2");
    CHECK(client("MGET a nosuch s c") == "*4\r\n$1\r\n4\r\n$-1\r\n$-1\r\n$1\r\n3\r\n");
  }
}

TEST_CASE("MSET takes the expiry away") {
  Harness server;
  Harness::Client client(server);
  client("SET a 1 EX 10");
  client("MSET a 2");
  CHECK(client("TTL a") == ":-1\r\n");
}

TEST_CASE("a value too few is a wrong number of arguments, and writes nothing") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("MSET a 1 b") == "-ERR wrong number of arguments for 'mset' command\r\n");
  CHECK(client("MSETNX a 1 b") == "-ERR wrong number of arguments for 'msetnx' command\r\n");
  CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("MSETNX writes all or nothing") {
  Harness server(4);
  Harness::Client client(server);
  CHECK(client("MSETNX a 1 b 2") == ":1\r\n");
  CHECK(client("MSETNX c 1 b 3") == ":0\r\n");
  CHECK(client("EXISTS c") == ":0\r\n");
}

TEST_CASE("MSETEX gives all keys one expiry, on a condition on all of them") {
  Harness server(4);
  Harness::Client client(server);
  CHECK(client("MSETEX 2 a 1 b 2 EX 10") == ":1\r\n");
  CHECK(client("TTL b") == ":10\r\n");
  CHECK(client("MSETEX 2 a 5 c 6 NX") == ":0\r\n");
  CHECK(client("MSETEX 2 a 5 c 6 XX") == ":0\r\n");
  CHECK(client("MSETEX 2 a 5 b 6 XX KEEPTTL") == ":1\r\n");
  CHECK(client("TTL a") == ":10\r\n");
  CHECK(client("MGET a b c") == "*3\r\n$1\r\n5\r\n$1\r\n6\r\n$-1\r\n");
  CHECK(client("MSETEX 1 a 7 PXAT 1") == ":1\r\n");
  CHECK(client("EXISTS a") == ":0\r\n");
}

TEST_CASE("MSETEX says what is wrong before it writes") {
  Harness server(2);
  Harness::Client client(server);
  CHECK(client("MSETEX 0 a 1") == "-ERR invalid numkeys value\r\n");
  CHECK(client("MSETEX x a 1") == "-ERR invalid numkeys value\r\n");
  CHECK(client("MSETEX 2147483648 a 1") == "-ERR invalid numkeys value\r\n");
  CHECK(client("MSETEX 2 a 1 b") == "-ERR wrong number of key-value pairs\r\n");
  CHECK(client("MSETEX 1 a 1 WHAT") == "-ERR syntax error\r\n");
  CHECK(client("MSETEX 1 a 1 EX 1 KEEPTTL") == "-ERR syntax error\r\n");
  CHECK(client("MSETEX 1 a 1 EX 0") == "-ERR invalid expire time in 'msetex' command\r\n");
  CHECK(client("DBSIZE") == ":0\r\n");
}
