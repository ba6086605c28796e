#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "tests/commands/harness.h"

using countd::test::Harness;

namespace {

// All keys that a walk of these options tells, each as often as it is told.
std::multiset<std::string> walk(Harness::Client& client, const std::string& options) {
  std::multiset<std::string> keys;
  std::string cursor = "0";
  do {
    std::istringstream reply(client("SCAN " + cursor + " " + options));
    std::string line;
    const auto next = [&] {
      std::getline(reply, line);
      line.pop_back();
      return line;
    };
    CHECK(next() == "*2");
    next();
    cursor = next();
    const int count = std::stoi(next().substr(1));
    for (int i = 0; i < count; ++i) {
      next();
      keys.insert(next());
    }
  } while (cursor != "0");
  return keys;
}

}  // namespace

TEST_CASE("a walk tells every key, over all shards, whatever its step") {
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    std::multiset<std::string> all;
    for (int i = 0; i < 500; ++i) {
      const std::string key = "key:" + std::to_string(i);
      client.run({"SET", key, "v"});
      all.insert(key);
    }
    for (const char* count : {"1", "7", "100", "100000"}) {
      CHECK(walk(client, std::string("COUNT ") + count) == all);
    }
  }
}

TEST_CASE("MATCH and TYPE choose among the keys") {
  Harness server(2);
  Harness::Client client(server);
  client("MSET a1 x a2 x b1 x");
  client("CMS.INITBYDIM a3 8 2");
  CHECK(walk(client, "MATCH a*") == std::multiset<std::string>{"a1", "a2", "a3"});
  CHECK(walk(client, "MATCH a* TYPE string") == std::multiset<std::string>{"a1", "a2"});
  CHECK(walk(client, "TYPE cmsk-type") == std::multiset<std::string>{"a3"});
  CHECK(walk(client, "TYPE list").empty());
}

TEST_CASE("SCAN refuses what is no cursor and no option") {
  Harness server(2);
  Harness::Client client(server);
  CHECK(client("SCAN -1") == "*2\r\n$1\r\n0\r\n*0\r\n");
  CHECK(client("SCAN x") == "-ERR invalid cursor\r\n");
  CHECK(client("SCAN 18446744073709551616") == "-ERR invalid cursor\r\n");
  CHECK(client("SCAN 0 COUNT 0") == "-ERR syntax error\r\n");
  CHECK(client("SCAN 0 COUNT x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(client("SCAN 0 MATCH") == "-ERR syntax error\r\n");
  CHECK(client("SCAN 0 WHAT x") == "-ERR syntax error\r\n");
}

TEST_CASE("a cursor of another server ends the walk") {
  Harness server(2);
  Harness::Client client(server);
  client("SET k v");
  CHECK(client("SCAN 18446744073709551615").starts_with("*2\r\n$"));
}

TEST_CASE("KEYS and DBSIZE gather from all shards") {
  Harness server(4);
  Harness::Client client(server);
  client("MSET user:1 a user:2 b other c");
  CHECK(client("DBSIZE") == ":3\r\n");
  CHECK(client("KEYS user:*").starts_with("*2\r\n"));
  CHECK(client("KEYS *").starts_with("*3\r\n"));
  CHECK(client("KEYS nosuch") == "*0\r\n");
  client("SELECT 1");
  CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("RANDOMKEY tells each key sooner or later, and nil of an empty database") {
  Harness server(3);
  Harness::Client client(server);
  CHECK(client("RANDOMKEY") == "$-1\r\n");
  client("MSET a 1 b 2 c 3 d 4");
  std::set<std::string> seen;
  for (int i = 0; i < 500; ++i) seen.insert(client("RANDOMKEY"));
  CHECK(seen.size() == 4);
}
