#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("OBJECT ENCODING is Redis's word for the form of the value") {
  Harness server;
  Harness::Client client(server);
  const auto encoding = [&](const std::string& value) {
    client.run({"SET", "k", value});
    return client("OBJECT ENCODING k");
  };
  CHECK(encoding("12") == "$3\r\nint\r\n");
  CHECK(encoding("012") == "$6\r\nembstr\r\n");
  CHECK(encoding(std::string(44, 'x')) == "$6\r\nembstr\r\n");
  CHECK(encoding(std::string(45, 'x')) == "$3\r\nraw\r\n");
  client("SET k ab");
  client("APPEND k c");
  CHECK(client("OBJECT ENCODING k") == "$3\r\nraw\r\n");
  CHECK(client("OBJECT ENCODING nosuch") == "$-1\r\n");
  CHECK(client("OBJECT REFCOUNT k") == ":1\r\n");
}

TEST_CASE("idle time and frequency are told by the policy that keeps them") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("OBJECT IDLETIME k") == ":0\r\n");
  CHECK(client("OBJECT FREQ k").starts_with("-ERR An LFU maxmemory policy is not selected"));
  client("CONFIG SET maxmemory-policy allkeys-lfu");
  CHECK(client("OBJECT IDLETIME k").starts_with("-ERR An LFU maxmemory policy is selected"));
  CHECK(client("OBJECT FREQ k")[0] == ':');
  CHECK(client("OBJECT FREQ nosuch") == "$-1\r\n");
}

TEST_CASE("looking at an object is no use of it") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  server.advance(10'000);
  for (const auto* const look : {"OBJECT ENCODING k", "EXISTS k", "TTL k", "TYPE k"}) client(look);
  CHECK(client("OBJECT IDLETIME k") == ":10\r\n");
  client("TOUCH k");
  CHECK(client("OBJECT IDLETIME k") == ":0\r\n");
}
