#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("without options INCREX adds one and tells value and what was added") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCREX n") == "*2\r\n:1\r\n:1\r\n");
  CHECK(client("INCREX n BYINT -5") == "*2\r\n:-4\r\n:-5\r\n");
}

TEST_CASE("a result outside the bounds is not written, or cut to the bound") {
  Harness server;
  Harness::Client client(server);
  client("SET n 10 EX 100");
  CHECK(client("INCREX n BYINT 5 UBOUND 12 EX 5") == "*2\r\n:10\r\n:0\r\n");
  CHECK(client("TTL n") == ":100\r\n");
  CHECK(client("INCREX n BYINT 5 UBOUND 12 SATURATE") == "*2\r\n:12\r\n:2\r\n");
  CHECK(client("INCREX n BYINT 5 UBOUND 5 SATURATE") == "*2\r\n:5\r\n:-7\r\n");
  CHECK(client("INCREX n BYINT -9 LBOUND 0 SATURATE") == "*2\r\n:0\r\n:-5\r\n");
  CHECK(client("INCREX absent BYINT 9 UBOUND 5") == "*2\r\n:0\r\n:0\r\n");
  CHECK(client("EXISTS absent") == ":0\r\n");
}

TEST_CASE("the type's range is a bound like any other") {
  Harness server;
  Harness::Client client(server);
  client("SET n 9223372036854775807");
  CHECK(client("INCREX n") == "*2\r\n:9223372036854775807\r\n:0\r\n");
  CHECK(client("INCREX n SATURATE") == "*2\r\n:9223372036854775807\r\n:0\r\n");
  client("SET n -9223372036854775808");
  CHECK(client("INCREX n LBOUND 9223372036854775807 SATURATE") ==
        "*2\r\n:9223372036854775807\r\n:9223372036854775807\r\n");
}

TEST_CASE("NX and XX decide by existence") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCREX n XX") == "*2\r\n:0\r\n:0\r\n");
  CHECK(client("INCREX n NX") == "*2\r\n:1\r\n:1\r\n");
  CHECK(client("INCREX n NX") == "*2\r\n:1\r\n:0\r\n");
  CHECK(client("INCREX n XX") == "*2\r\n:2\r\n:1\r\n");
}

TEST_CASE("ENX gives an expiry only where there is none") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCREX n EX 100 ENX") == "*2\r\n:1\r\n:1\r\n");
  CHECK(client("INCREX n EX 5 ENX") == "*2\r\n:2\r\n:1\r\n");
  CHECK(client("TTL n") == ":100\r\n");
  CHECK(client("INCREX n PERSIST") == "*2\r\n:3\r\n:1\r\n");
  CHECK(client("INCREX n PXAT 1 ENX") == "*2\r\n:4\r\n:1\r\n");
  CHECK(client("TTL n") == ":-1\r\n");
  CHECK(client("INCREX n PXAT 1") == "*2\r\n:5\r\n:1\r\n");
  CHECK(client("EXISTS n") == ":0\r\n");
}

TEST_CASE("decimals are bulk strings in RESP2 and doubles in RESP3") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("INCREX f BYFLOAT 1.5") == "*2\r\n$3\r\n1.5\r\n$3\r\n1.5\r\n");
  client("HELLO 3");
  CHECK(client("INCREX f BYFLOAT 0.25") == "*2\r\n,1.75\r\n,0.25\r\n");
  CHECK(client("INCREX f BYFLOAT 9 UBOUND 2.5 SATURATE") == "*2\r\n,2.5\r\n,0.75\r\n");
}

TEST_CASE("what is wrong is said, the type first") {
  Harness server;
  Harness::Client client(server);
  client("CMS.INITBYDIM s 8 2");
  CHECK(client("INCREX s WHAT") ==
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
  for (const char* options :
       {"WHAT", "BYINT", "BYINT 1 BYINT 2", "BYINT 1 BYFLOAT 2", "NX XX", "NX NX", "EX 1 EX 2",
        "EX 1 PERSIST", "KEEPTTL", "SATURATE SATURATE"}) {
    CAPTURE(options);
    CHECK(client(std::string("INCREX n ") + options) == "-ERR syntax error\r\n");
  }
  CHECK(client("INCREX n BYINT x") == "-ERR Increment is not an integer or out of range\r\n");
  CHECK(client("INCREX n BYFLOAT x") == "-ERR Increment is not a valid float\r\n");
  CHECK(client("INCREX n BYFLOAT inf") == "-ERR BYFLOAT increment cannot be Infinity\r\n");
  CHECK(client("INCREX n LBOUND 2 UBOUND 1") == "-ERR LBOUND can't be greater than UBOUND\r\n");
  CHECK(client("INCREX n ENX") == "-ERR ENX flag requires an expiration\r\n");
  CHECK(client("INCREX n EX 0") == "-ERR invalid expire time in 'increx' command\r\n");
  CHECK(client("EXISTS n") == ":0\r\n");
}
