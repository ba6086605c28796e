#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <random>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("an increment creates a missing counter at zero") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCR n") == ":1\r\n");
  CHECK(client("INCRBY n 41") == ":42\r\n");
  CHECK(client("DECR n") == ":41\r\n");
  CHECK(client("DECRBY n 50") == ":-9\r\n");
  CHECK(client("GET n") == "$2\r\n-9\r\n");
}

TEST_CASE("an increment that would overflow leaves the counter unchanged") {
  Harness server;
  Harness::Client client(server);
  client("SET n 9223372036854775806");
  CHECK(client("INCR n") == ":9223372036854775807\r\n");
  CHECK(client("INCR n") == "-ERR increment or decrement would overflow\r\n");
  CHECK(client("GET n") == "$19\r\n9223372036854775807\r\n");
  client("SET n -9223372036854775808");
  CHECK(client("DECR n") == "-ERR increment or decrement would overflow\r\n");
  CHECK(client("DECRBY n -9223372036854775808") == "-ERR decrement would overflow\r\n");
}

TEST_CASE("only canonical integers count") {
  Harness server;
  Harness::Client client(server);
  const std::string refused = "-ERR value is not an integer or out of range\r\n";
  for (const char* delta : {"1.5", "+1", "\" 1\"", "01", "x", "\"\"", "9223372036854775808"}) {
    CHECK(client(std::string("INCRBY n ") + delta) == refused);
  }
  for (const char* value : {"\" 1\"", "abc", "\"\"", "1e3"}) {
    client(std::string("SET s ") + value);
    CHECK(client("INCR s") == refused);
  }
  CHECK(client("EXISTS n") == ":0\r\n");
}

TEST_CASE("an increment keeps the expiry") {
  Harness server;
  Harness::Client client(server);
  client("SET n 1 EX 100");
  client("INCR n");
  client("INCRBYFLOAT n 0.5");
  CHECK(client("TTL n") == ":100\r\n");
}

TEST_CASE("a counter that has expired counts from zero") {
  Harness server;
  Harness::Client client(server);
  client("SET n 5 PX 100");
  server.advance(100);
  CHECK(client("INCR n") == ":1\r\n");
  CHECK(client("TTL n") == ":-1\r\n");
}

TEST_CASE("INCRBYFLOAT spells its sums as Redis does") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCRBYFLOAT f 10.50") == "$4\r\n10.5\r\n");
  CHECK(client("INCRBYFLOAT f 0.1") == "$4\r\n10.6\r\n");
  CHECK(client("INCRBYFLOAT f -10.6") == "$1\r\n0\r\n");
  CHECK(client("INCRBYFLOAT f 5.0e3") == "$4\r\n5000\r\n");
  CHECK(client("OBJECT ENCODING f") == "$6\r\nembstr\r\n");
  CHECK(client("INCR f") == ":5001\r\n");
  CHECK(client("OBJECT ENCODING f") == "$3\r\nint\r\n");
}

TEST_CASE("INCRBYFLOAT refuses what is no number or leads out of all numbers") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCRBYFLOAT f x") == "-ERR value is not a valid float\r\n");
  CHECK(client("INCRBYFLOAT f nan") == "-ERR value is not a valid float\r\n");
  CHECK(client("INCRBYFLOAT f inf") == "-ERR increment would produce NaN or Infinity\r\n");
  client("CMS.INITBYDIM sketch 8 2");
  CHECK(client("INCRBYFLOAT sketch x") ==
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
}

TEST_CASE("counters equal an exact map under random increments, on one shard and on four") {
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    std::mt19937_64 random(42);
    std::map<std::string, std::int64_t> exact;
    for (int i = 0; i < 5000; ++i) {
      const std::string key = "k" + std::to_string(random() % 50);
      const auto delta = static_cast<std::int64_t>(random() % 2001) - 1000;
      exact[key] += delta;
      CHECK(client.run({"INCRBY", key, std::to_string(delta)}) ==
            ":" + std::to_string(exact[key]) + "\r\n");
    }
  }
}
