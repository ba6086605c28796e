#include <doctest/doctest.h>

#include <cstdint>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("DEL and UNLINK tell how many keys there were, over all shards") {
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    client("MSET a 1 b 2 c 3");
    CHECK(client("DEL a b a nosuch") == ":2\r\n");
    CHECK(client("UNLINK c") == ":1\r\n");
    CHECK(client("DBSIZE") == ":0\r\n");
  }
}

TEST_CASE("EXISTS and TOUCH count a key as often as it is named") {
  Harness server(3);
  Harness::Client client(server);
  client("SET a 1");
  CHECK(client("EXISTS a a nosuch") == ":2\r\n");
  CHECK(client("TOUCH a nosuch") == ":1\r\n");
}

TEST_CASE("an expired key is no key") {
  Harness server;
  Harness::Client client(server);
  client("SET a 1 PX 10");
  server.advance(10);
  CHECK(client("EXISTS a") == ":0\r\n");
  CHECK(client("TYPE a") == "+none\r\n");
  CHECK(client("DEL a") == ":0\r\n");
}

TEST_CASE("TYPE names what a key holds") {
  Harness server;
  Harness::Client client(server);
  client("SET s x");
  client("PFADD h a");
  client("CMS.INITBYDIM c 8 2");
  CHECK(client("TYPE s") == "+string\r\n");
  CHECK(client("TYPE h") == "+string\r\n");
  CHECK(client("TYPE c") == "+CMSk-TYPE\r\n");
  CHECK(client("TYPE nosuch") == "+none\r\n");
}

// Each number is what redis-server 7.0.15 adds to keyspace_hits, keyspace_misses and
// rdb_changes_since_last_save.
TEST_CASE("what counts as a hit, a miss and a change counts so in Redis") {
  struct Expected {
    const char* command;
    std::uint64_t hits;
    std::uint64_t misses;
    std::uint64_t changes;
  };
  for (const Expected& expected : {Expected{"GET s", 1, 0, 0},
                                   {"GET no", 0, 1, 0},
                                   {"MGET s n no", 2, 1, 0},
                                   {"EXISTS s no", 1, 1, 0},
                                   {"TOUCH s no", 1, 1, 0},
                                   {"TTL s", 1, 0, 0},
                                   {"PTTL no", 0, 1, 0},
                                   {"EXPIRETIME s", 1, 0, 0},
                                   {"TYPE s", 1, 0, 0},
                                   {"TYPE no", 0, 1, 0},
                                   {"OBJECT ENCODING s", 1, 0, 0},
                                   {"OBJECT ENCODING no", 0, 1, 0},
                                   {"STRLEN s", 1, 0, 0},
                                   {"SET s y GET", 1, 0, 1},
                                   {"SET s y NX", 0, 0, 0},
                                   {"GETDEL s", 1, 0, 1},
                                   {"INCR n", 0, 0, 1},
                                   {"INCRBYFLOAT n 1", 0, 0, 1},
                                   {"APPEND s x", 0, 0, 1},
                                   {"EXPIRE s 100", 0, 0, 1},
                                   {"EXPIRE no 100", 0, 0, 0},
                                   {"RENAME s t", 0, 0, 1},
                                   {"RENAME s n", 0, 0, 1},
                                   {"RENAMENX s n", 0, 0, 0},
                                   {"COPY s t", 1, 0, 1},
                                   {"MOVE s 1", 0, 0, 1},
                                   {"DUMP no", 0, 1, 0},
                                   {"MEMORY USAGE s", 0, 0, 0},
                                   {"PFCOUNT h no", 1, 1, 0},
                                   {"PFADD h a", 0, 0, 0}}) {
    Harness server;
    Harness::Client client(server);
    for (const auto* const setup : {"SET s abc", "SET n 5", "PFADD h a"}) client(setup);
    const auto before = server.keyspace().counters();
    client(expected.command);
    const auto after = server.keyspace().counters();
    CAPTURE(expected.command);
    CHECK(after.hits - before.hits == expected.hits);
    CHECK(after.misses - before.misses == expected.misses);
    CHECK(after.changes - before.changes == expected.changes);
  }
}
