#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("FLUSHDB empties one database on every shard, FLUSHALL all") {
  Harness server(4);
  Harness::Client client(server);
  for (int i = 0; i < 40; ++i) client.run({"SET", "k" + std::to_string(i), "v"});
  client("SELECT 1");
  for (int i = 0; i < 40; ++i) client.run({"SET", "k" + std::to_string(i), "v"});
  CHECK(client("FLUSHDB ASYNC") == "+OK\r\n");
  CHECK(client("DBSIZE") == ":0\r\n");
  client("SELECT 0");
  CHECK(client("DBSIZE") == ":40\r\n");
  CHECK(client("FLUSHALL") == "+OK\r\n");
  CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("a flush takes ASYNC or SYNC and nothing more") {
  Harness server;
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("FLUSHALL ASYNC SYNC") == "-ERR syntax error\r\n");
  CHECK(client("FLUSHDB SOON") == "-ERR syntax error\r\n");
  CHECK(client("DBSIZE") == ":1\r\n");
}

TEST_CASE("SWAPDB exchanges two databases on every shard") {
  Harness server(3);
  Harness::Client client(server);
  for (int i = 0; i < 20; ++i) client.run({"SET", "k" + std::to_string(i), "zero"});
  client("SELECT 7");
  client("SET k1 seven");
  CHECK(client("SWAPDB 0 7") == "+OK\r\n");
  CHECK(client("DBSIZE") == ":20\r\n");
  client("SELECT 0");
  CHECK(client("GET k1") == "$5\r\nseven\r\n");
  CHECK(client("DBSIZE") == ":1\r\n");
}

TEST_CASE("SWAPDB says which index is wrong") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SWAPDB x 1") == "-ERR invalid first DB index\r\n");
  CHECK(client("SWAPDB 1 x") == "-ERR invalid second DB index\r\n");
  CHECK(client("SWAPDB 0 16") == "-ERR DB index is out of range\r\n");
  CHECK(client("SWAPDB 5 5") == "+OK\r\n");
}
