#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("a renamed key keeps value and expiry, whatever the shards") {
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    for (int i = 0; i < 20; ++i) {
      const std::string to = "to" + std::to_string(i);
      client("SET from value EX 100");
      client.run({"SET", to, "old"});
      CHECK(client.run({"RENAME", "from", to}) == "+OK\r\n");
      CHECK(client.run({"GET", to}) == "$5\r\nvalue\r\n");
      CHECK(client.run({"TTL", to}) == ":100\r\n");
      CHECK(client("EXISTS from") == ":0\r\n");
    }
  }
}

TEST_CASE("RENAME of a key to itself changes nothing, of no key is an error") {
  Harness server;
  Harness::Client client(server);
  client("SET a 1");
  CHECK(client("RENAME a a") == "+OK\r\n");
  CHECK(client("GET a") == "$1\r\n1\r\n");
  CHECK(client("RENAMENX a a") == ":0\r\n");
  CHECK(client("RENAME nosuch nosuch") == "-ERR no such key\r\n");
  CHECK(client("RENAMENX nosuch b") == "-ERR no such key\r\n");
}

TEST_CASE("RENAMENX leaves an existing key alone") {
  Harness server(2);
  Harness::Client client(server);
  client("MSET a 1 b 2");
  CHECK(client("RENAMENX a b") == ":0\r\n");
  CHECK(client("MGET a b") == "*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
  CHECK(client("RENAMENX a c") == ":1\r\n");
  CHECK(client("MGET a c") == "*2\r\n$-1\r\n$1\r\n1\r\n");
}

TEST_CASE("a copy is another entry with the same value and expiry") {
  Harness server(3);
  Harness::Client client(server);
  client("SET n 1 EX 50");
  client.run({"SET", "long", std::string(100, 'x')});
  CHECK(client("COPY n m") == ":1\r\n");
  CHECK(client("INCR m") == ":2\r\n");
  CHECK(client("GET n") == "$1\r\n1\r\n");
  CHECK(client("TTL m") == ":50\r\n");
  CHECK(client("COPY long longer") == ":1\r\n");
  client("APPEND longer y");
  CHECK(client("STRLEN long") == ":100\r\n");
  CHECK(client("COPY n long") == ":0\r\n");
  CHECK(client("COPY n long REPLACE") == ":1\r\n");
  CHECK(client("COPY nosuch x") == ":0\r\n");
}

TEST_CASE("COPY reaches other databases, and refuses itself") {
  Harness server(2);
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("COPY k k") == "-ERR source and destination objects are the same\r\n");
  CHECK(client("COPY k k DB 5") == ":1\r\n");
  CHECK(client("COPY k k DB 16") == "-ERR DB index is out of range\r\n");
  CHECK(client("COPY k x DB") == "-ERR syntax error\r\n");
  client("SELECT 5");
  CHECK(client("GET k") == "$1\r\nv\r\n");
}

TEST_CASE("MOVE takes a key to a database that has none of its name") {
  Harness server(2);
  Harness::Client client(server);
  client("SET k v EX 9");
  CHECK(client("MOVE k 0") == "-ERR source and destination objects are the same\r\n");
  CHECK(client("MOVE k -1") == "-ERR DB index is out of range\r\n");
  CHECK(client("MOVE k 3") == ":1\r\n");
  CHECK(client("MOVE k 3") == ":0\r\n");
  client("SET k w");
  CHECK(client("MOVE k 3") == ":0\r\n");
  client("SELECT 3");
  CHECK(client("GET k") == "$1\r\nv\r\n");
  CHECK(client("TTL k") == ":9\r\n");
}
