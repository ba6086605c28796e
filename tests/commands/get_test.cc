#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("GET tells the value whatever its form") {
  Harness server;
  Harness::Client client(server);
  const std::string longer(100, 'x');
  client.run({"SET", "long", longer});
  client("SET n -42");
  client("SET empty \"\"");
  CHECK(client("GET long") == "$100\r\n" + longer + "\r\n");
  CHECK(client("GET n") == "$3\r\n-42\r\n");
  CHECK(client("GET empty") == "$0\r\n\r\n");
  CHECK(client("STRLEN n") == ":3\r\n");
  CHECK(client("STRLEN nosuch") == ":0\r\n");
}

TEST_CASE("a sketch is no string") {
  Harness server;
  Harness::Client client(server);
  client("CMS.INITBYDIM s 8 2");
  for (const char* line : {"GET s", "GETDEL s", "GETEX s", "STRLEN s", "DIGEST s"}) {
    CHECK(client(line) == "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
  }
  CHECK(client("EXISTS s") == ":1\r\n");
}

TEST_CASE("GETDEL deletes what it tells") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("GETDEL k") == "$1\r\nv\r\n");
  CHECK(client("GETDEL k") == "$-1\r\n");
}

TEST_CASE("GETEX changes the expiry of what it tells") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("GETEX k EX 10") == "$1\r\nv\r\n");
  CHECK(client("TTL k") == ":10\r\n");
  CHECK(client("GETEX k") == "$1\r\nv\r\n");
  CHECK(client("TTL k") == ":10\r\n");
  CHECK(client("GETEX k PERSIST") == "$1\r\nv\r\n");
  CHECK(client("TTL k") == ":-1\r\n");
  CHECK(client("GETEX k EX 0") == "-ERR invalid expire time in 'getex' command\r\n");
  CHECK(client("GETEX k KEEPTTL") == "-ERR syntax error\r\n");
  CHECK(client("GETEX k PERSIST EX 1") == "-ERR syntax error\r\n");
  CHECK(client("GETEX k PXAT 1") == "$1\r\nv\r\n");
  CHECK(client("EXISTS k") == ":0\r\n");
  CHECK(client("GETEX k EX nonsense") == "$-1\r\n");
}

TEST_CASE("DIGEST tells 16 digits, nil of a missing key") {
  Harness server;
  Harness::Client client(server);
  client("SET k hello");
  client("SET n 123");
  CHECK(client("DIGEST k") == "$16\r\n9555e8555c62dcfd\r\n");
  CHECK(client("DIGEST n") == "$16\r\n404a763b3f4c8c9a\r\n");
  CHECK(client("DIGEST nosuch") == "$-1\r\n");
}

TEST_CASE("DELEX deletes if the value compares as asked") {
  Harness server;
  Harness::Client client(server);
  client("SET k hello");
  CHECK(client("DELEX k IFEQ other") == ":0\r\n");
  CHECK(client("DELEX k IFNE hello") == ":0\r\n");
  CHECK(client("DELEX k IFDEQ 0000000000000000") == ":0\r\n");
  CHECK(client("DELEX k IFDEQ 123") == "-ERR must be exactly 16 hexadecimal characters\r\n");
  CHECK(client("DELEX k IFWHAT hello") ==
        "-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE\r\n");
  CHECK(client("DELEX k IFEQ") == "-ERR wrong number of arguments for 'delex' command\r\n");
  CHECK(client("DELEX k IFDEQ 9555E8555C62DCFD") == ":1\r\n");
  CHECK(client("DELEX k IFEQ hello") == ":0\r\n");
  client("CMS.INITBYDIM s 8 2");
  CHECK(client("DELEX s IFEQ a") ==
        "-ERR Key should be of string type if conditions are specified\r\n");
  CHECK(client("DELEX s") == ":1\r\n");
}
