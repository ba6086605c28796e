#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("a key lives until its moment, and not in it") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("PEXPIRE k 100") == ":1\r\n");
  server.advance(99);
  CHECK(client("PTTL k") == ":1\r\n");
  CHECK(client("GET k") == "$1\r\nv\r\n");
  server.advance(1);
  CHECK(client("PTTL k") == ":-2\r\n");
  CHECK(client("GET k") == "$-1\r\n");
}

TEST_CASE("TTL rounds to the nearest second") {
  Harness server;
  Harness::Client client(server);
  client("SET k v PX 1499");
  CHECK(client("TTL k") == ":1\r\n");
  client("SET k v PX 1500");
  CHECK(client("TTL k") == ":2\r\n");
  client("SET k v PXAT 9223372036854775807");
  CHECK(client("EXPIRETIME k") == ":9223372036854776\r\n");
}

TEST_CASE("conditions compare with the expiry there is; none is later than any") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("EXPIRE k 10 XX") == ":0\r\n");
  CHECK(client("EXPIRE k 10 GT") == ":0\r\n");
  CHECK(client("EXPIRE k 10 LT") == ":1\r\n");
  CHECK(client("EXPIRE k 20 NX") == ":0\r\n");
  CHECK(client("EXPIRE k 20 LT") == ":0\r\n");
  CHECK(client("EXPIRE k 20 GT XX") == ":1\r\n");
  CHECK(client("TTL k") == ":20\r\n");
  CHECK(client("EXPIRE nosuch 20") == ":0\r\n");
}

TEST_CASE("conditions that contradict each other are told apart") {
  Harness server;
  Harness::Client client(server);
  const std::string nx = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n";
  CHECK(client("EXPIRE k 1 NX XX") == nx);
  CHECK(client("EXPIRE k 1 LT NX") == nx);
  CHECK(client("EXPIRE k 1 GT LT") ==
        "-ERR GT and LT options at the same time are not compatible\r\n");
  CHECK(client("EXPIRE k x SOON") == "-ERR Unsupported option SOON\r\n");
  CHECK(client("EXPIRE k x") == "-ERR value is not an integer or out of range\r\n");
}

TEST_CASE("a moment that has passed deletes, one out of range is refused") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("EXPIRE k 9223372036854775807") ==
        "-ERR invalid expire time in 'expire' command\r\n");
  CHECK(client("PEXPIRE k 9223372036854775807") ==
        "-ERR invalid expire time in 'pexpire' command\r\n");
  CHECK(client("EXPIRE k -9223372036854775808") ==
        "-ERR invalid expire time in 'expire' command\r\n");
  CHECK(client("PEXPIREAT k -9223372036854775808") == ":1\r\n");
  CHECK(client("EXISTS k") == ":0\r\n");
  client("SET k v");
  CHECK(client("EXPIRE k 0") == ":1\r\n");
  CHECK(client("EXISTS k") == ":0\r\n");
}

TEST_CASE("PERSIST takes the expiry away once") {
  Harness server;
  Harness::Client client(server);
  client("SET k v EX 10");
  CHECK(client("PERSIST k") == ":1\r\n");
  CHECK(client("PERSIST k") == ":0\r\n");
  CHECK(client("TTL k") == ":-1\r\n");
  CHECK(client("PERSIST nosuch") == ":0\r\n");
}
