#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("an increment creates a missing counter at zero") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCR n") == ":1\r\n");
  CHECK(client("INCRBY n 41") == ":42\r\n");
}
