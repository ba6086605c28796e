#include <doctest/doctest.h>

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
