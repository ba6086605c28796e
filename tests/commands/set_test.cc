#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("SET without options takes any expiry away") {
  Harness server;
  Harness::Client client(server);
  client("SET k v EX 10");
  CHECK(client("SET k w") == "+OK\r\n");
  CHECK(client("TTL k") == ":-1\r\n");
  client("SET k v EX 10");
  CHECK(client("SET k w KEEPTTL") == "+OK\r\n");
  CHECK(client("TTL k") == ":10\r\n");
}

TEST_CASE("NX and XX set on a condition, GET tells the old value either way") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SET k a XX") == "$-1\r\n");
  CHECK(client("SET k a NX") == "+OK\r\n");
  CHECK(client("SET k b NX") == "$-1\r\n");
  CHECK(client("SET k b NX GET") == "$1\r\na\r\n");
  CHECK(client("SET k b XX GET") == "$1\r\na\r\n");
  CHECK(client("SET new b GET") == "$-1\r\n");
  CHECK(client("MGET k new") == "*2\r\n$1\r\nb\r\n$1\r\nb\r\n");
  CHECK(client("SET k c NX XX") == "-ERR syntax error\r\n");
}

TEST_CASE("IFEQ and its kin compare before they set") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SET k v IFEQ x") == "$-1\r\n");
  CHECK(client("EXISTS k") == ":0\r\n");
  CHECK(client("SET k hello IFNE x") == "+OK\r\n");
  CHECK(client("SET k w IFNE hello") == "$-1\r\n");
  CHECK(client("SET k w IFDEQ 9555e8555c62dcfd GET") == "$5\r\nhello\r\n");
  CHECK(client("GET k") == "$1\r\nw\r\n");
  CHECK(client("SET k w IFEQ w NX") == "-ERR syntax error\r\n");
  CHECK(client("SET k w IFDEQ 12") == "-ERR must be exactly 16 hexadecimal characters\r\n");
  client("CMS.INITBYDIM s 8 2");
  const std::string wrong =
      "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
  CHECK(client("SET s v IFEQ x") == wrong);
  CHECK(client("SET s v GET") == wrong);
  CHECK(client("SET s v") == "+OK\r\n");
}

TEST_CASE("an expiry that has passed leaves no key") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("SET k w PXAT 1") == "+OK\r\n");
  CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("expiry options are refused as Redis refuses them") {
  Harness server;
  Harness::Client client(server);
  const std::string invalid = "-ERR invalid expire time in 'set' command\r\n";
  for (const char* option :
       {"EX 0", "EX -1", "PX 0", "EX 9223372036854775807", "PX 9223372036854775807", "EXAT 0"}) {
    CHECK(client(std::string("SET k v ") + option) == invalid);
  }
  CHECK(client("SET k v EX x") == "-ERR value is not an integer or out of range\r\n");
  for (const char* option : {"EX", "PERSIST", "EX 1 PX 1", "EX 1 KEEPTTL", "WHAT"}) {
    CHECK(client(std::string("SET k v ") + option) == "-ERR syntax error\r\n");
  }
  CHECK(client("EXISTS k") == ":0\r\n");
}

TEST_CASE("the older spellings set as they say") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SETNX k a") == ":1\r\n");
  CHECK(client("SETNX k b") == ":0\r\n");
  CHECK(client("SETEX k 10 c") == "+OK\r\n");
  CHECK(client("TTL k") == ":10\r\n");
  CHECK(client("PSETEX k 1500 d") == "+OK\r\n");
  CHECK(client("PTTL k") == ":1500\r\n");
  CHECK(client("GETSET k e") == "$1\r\nd\r\n");
  CHECK(client("TTL k") == ":-1\r\n");
  CHECK(client("SETEX k 0 x") == "-ERR invalid expire time in 'setex' command\r\n");
  CHECK(client("PSETEX k -1 x") == "-ERR invalid expire time in 'psetex' command\r\n");
}
