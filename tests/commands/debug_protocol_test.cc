#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("DEBUG PROTOCOL has a reply of every type, in both versions") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("DEBUG PROTOCOL string") == "$11\r\nHello World\r\n");
  CHECK(client("DEBUG PROTOCOL integer") == ":12345\r\n");
  CHECK(client("DEBUG PROTOCOL double") == "$5\r\n3.141\r\n");
  CHECK(client("DEBUG PROTOCOL map") == "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n");
  CHECK(client("DEBUG PROTOCOL false") == ":0\r\n");
  CHECK(client("DEBUG PROTOCOL push") == "-ERR RESP2 is not supported by this command\r\n");
  client("HELLO 3");
  CHECK(client("DEBUG PROTOCOL double") == ",3.141\r\n");
  CHECK(client("DEBUG PROTOCOL bignum") == "(1234567999999999999999999999999999999\r\n");
  CHECK(client("DEBUG PROTOCOL null") == "_\r\n");
  CHECK(client("DEBUG PROTOCOL set") == "~3\r\n:0\r\n:1\r\n:2\r\n");
  CHECK(client("DEBUG PROTOCOL map") == "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n");
  CHECK(client("DEBUG PROTOCOL attrib").starts_with("|1\r\n$14\r\nkey-popularity\r\n"));
  CHECK(client("DEBUG PROTOCOL push").starts_with(">2\r\n"));
  CHECK(client("DEBUG PROTOCOL verbatim") == "=29\r\ntxt:This is a verbatim\nstring\r\n");
  CHECK(client("DEBUG PROTOCOL colour").starts_with("-ERR Wrong protocol type name."));
}
