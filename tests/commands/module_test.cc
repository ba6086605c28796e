#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("MODULE LIST names the module whose commands the sketches answer") {
  Harness server;
  Harness::Client client(server);
  client("HELLO 3");
  CHECK(client("MODULE LIST").starts_with("*1\r\n%4\r\n$4\r\nname\r\n$2\r\nbf\r\n$3\r\nver\r\n:"));
  CHECK(client("HELLO").find("$7\r\nmodules\r\n*1\r\n") != std::string::npos);
  CHECK(client("MODULE LOAD x.so") == "-ERR unknown subcommand 'LOAD'. Try MODULE HELP.\r\n");
}
