#include "commands/count_min.h"

#include <doctest/doctest.h>

#include "storage/sketch/count_min.h"
#include "tests/commands/harness.h"

using countd::test::Harness;

namespace {

constexpr const char* kWrongType =
    "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

std::uint64_t changes(Harness& server) { return server.keyspace().counters().changes; }

}  // namespace

TEST_CASE("an existing key is told before the arguments are looked at") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CMS.INITBYDIM s 2000 5") == "+OK\r\n");
  CHECK(client("CMS.INITBYDIM s x y") == "-CMS: key already exists\r\n");
  client("SET text hello");
  CHECK(client("CMS.INITBYPROB text x y") == "-CMS: key already exists\r\n");
}

TEST_CASE("shapes are checked, the width before the depth") {
  Harness server;
  Harness::Client client(server);
  for (const char* width : {"0", "-1", "x", "1.5"}) {
    CHECK(client(std::string("CMS.INITBYDIM s ") + width + " y") == "-CMS: invalid width\r\n");
  }
  CHECK(client("CMS.INITBYDIM s 9223372036854775807 5") == "-CMS: invalid width\r\n");
  for (const char* depth : {"0", "-1", "x", "9223372036854775807"}) {
    CHECK(client(std::string("CMS.INITBYDIM s 10 ") + depth) == "-CMS: invalid depth\r\n");
  }
  for (const char* error : {"0", "1", "x", "nan", "-0.5"}) {
    CHECK(client(std::string("CMS.INITBYPROB s ") + error + " y") ==
          "-CMS: invalid overestimation value\r\n");
  }
  for (const char* probability : {"0", "1", "x", "nan", "-0.5"}) {
    CHECK(client(std::string("CMS.INITBYPROB s 0.01 ") + probability) ==
          "-CMS: invalid prob value\r\n");
  }
  CHECK(client("EXISTS s") == ":0\r\n");
  CHECK(client("CMS.INITBYPROB s 0.001 0.01") == "+OK\r\n");
  CHECK(client("CMS.INFO s") == "*6\r\n+width\r\n:2000\r\n+depth\r\n:7\r\n+count\r\n:0\r\n");
  client.session().version = countd::protocol::Version::kResp3;
  CHECK(client("CMS.INFO s") == "%3\r\n+width\r\n:2000\r\n+depth\r\n:7\r\n+count\r\n:0\r\n");
}

TEST_CASE("items are counted in one command, all or none") {
  Harness server;
  Harness::Client client(server);
  client("CMS.INITBYDIM s 2000 5");
  CHECK(client("CMS.INCRBY s apple 3 pear 1 apple 2") == "*3\r\n:3\r\n:1\r\n:5\r\n");
  const auto before = changes(server);
  CHECK(client("CMS.INCRBY s apple 1 pear x") == "-CMS: Cannot parse number\r\n");
  CHECK(client("CMS.INCRBY s apple 1 pear -1") == "-CMS: Number cannot be negative\r\n");
  CHECK(client("CMS.INCRBY s apple 1 pear") ==
        "-ERR wrong number of arguments for 'cms.incrby' command\r\n");
  CHECK(changes(server) == before);
  CHECK(client("CMS.QUERY s apple pear plum") == "*3\r\n:5\r\n:1\r\n:0\r\n");
  CHECK(client("CMS.INCRBY none apple x") == "-CMS: key does not exist\r\n");
  CHECK(client("CMS.QUERY none apple") == "-CMS: key does not exist\r\n");
  CHECK(client("CMS.INFO none") == "-CMS: key does not exist\r\n");
}

TEST_CASE("an item whose cells are full says so in its place") {
  Harness server;
  Harness::Client client(server);
  client("CMS.INITBYDIM s 100 3");
  CHECK(client("CMS.INCRBY s a 4294967295 b 1") == "*2\r\n-CMS: INCRBY overflow\r\n:1\r\n");
  CHECK(client("CMS.INCR s a") == "-CMS: INCRBY overflow\r\n");
  CHECK(client("CMS.QUERY s a") == "*1\r\n:4294967295\r\n");
}

TEST_CASE("CMS.INCR creates the sketch in the default shape, if its number is one") {
  countd::config::Options options;
  options.cms_default_error = 0.01;
  options.cms_default_probability = 0.1;
  Harness server(1, options);
  Harness::Client client(server);
  CHECK(client("CMS.INCR s apple x") == "-CMS: Cannot parse number\r\n");
  CHECK(client("CMS.INCR s apple -1") == "-CMS: Number cannot be negative\r\n");
  CHECK(client("CMS.INCR s apple 1 2") ==
        "-ERR wrong number of arguments for 'cms.incr' command\r\n");
  CHECK(client("EXISTS s") == ":0\r\n");
  CHECK(client("CMS.INCR s apple") == ":1\r\n");
  CHECK(client("CMS.INCR s apple 4") == ":5\r\n");
  CHECK(client("CMS.INCR s apple x") == "-CMS: Cannot parse number\r\n");
  CHECK(client("CMS.INFO s") == "*6\r\n+width\r\n:200\r\n+depth\r\n:4\r\n+count\r\n:5\r\n");
}

TEST_CASE("other types are refused, and other commands refuse sketches") {
  Harness server;
  Harness::Client client(server);
  client("SET text hello");
  client("CMS.INCR s a");
  for (const char* line :
       {"CMS.INCRBY text a 1", "CMS.INCR text a", "CMS.QUERY text a", "CMS.INFO text",
        "CMS.MERGE text 1 s", "CMS.MERGE s 1 text", "GET s", "INCR s", "PFADD s a"}) {
    CHECK(client(line) == kWrongType);
  }
}

TEST_CASE("a merge overwrites its target with the weighted sum, across shards too") {
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    for (const char* key : {"target", "first", "second"}) {
      client(std::string("CMS.INITBYDIM ") + key + " 100 3");
    }
    client("CMS.INCRBY target a 1000");
    client("CMS.INCRBY first a 5 b 1");
    client("CMS.INCRBY second a 7");
    CHECK(client("CMS.MERGE target 2 first second") == "+OK\r\n");
    CHECK(client("CMS.QUERY target a b") == "*2\r\n:12\r\n:1\r\n");
    CHECK(client("CMS.MERGE target 2 target second weights 3 -2") == "+OK\r\n");
    CHECK(client("CMS.QUERY target a b") == "*2\r\n:22\r\n:3\r\n");
    CHECK(client("CMS.MERGE target 1 target WEIGHTS -1") == "-CMS: MERGE overflow\r\n");
    CHECK(client("CMS.QUERY target a b") == "*2\r\n:22\r\n:3\r\n");
  }
}

TEST_CASE("a merge's numbers, keys and shapes are checked in RedisBloom's order") {
  Harness server(4);
  Harness::Client client(server);
  client("CMS.INITBYDIM s 100 3");
  client("CMS.INITBYDIM wide 101 3");
  const auto merge = [&](const std::string& rest) { return client("CMS.MERGE " + rest); };
  CHECK(merge("s x s") == "-CMS: invalid numkeys\r\n");
  CHECK(merge("s 0 s") == "-CMS: Number of keys must be positive\r\n");
  CHECK(merge("s -3 s") == "-CMS: Number of keys must be positive\r\n");
  CHECK(merge("none 2 s") == "-CMS: wrong number of keys\r\n");
  CHECK(merge("none 1 s s") == "-CMS: wrong number of keys\r\n");
  CHECK(merge("s 9223372036854775807 s") == "-CMS: wrong number of keys\r\n");
  CHECK(merge("s 1 s WEIGHTS") == "-CMS: wrong number of keys/weights\r\n");
  CHECK(merge("s 1 s WEIGHTS 1 2") == "-CMS: wrong number of keys/weights\r\n");
  CHECK(merge("s 2 s WEIGHTS 1 2") == "-CMS: wrong number of keys/weights\r\n");
  CHECK(merge("none 1 s") == "-CMS: key does not exist\r\n");
  CHECK(merge("s 1 none") == "-CMS: key does not exist\r\n");
  CHECK(merge("s 1 none WEIGHTS x") == "-CMS: invalid weight value\r\n");
  CHECK(merge("s 2 s wide") == "-CMS: width/depth is not equal\r\n");
}
