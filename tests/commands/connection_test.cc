#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

namespace {
countd::config::Options with_password() {
  countd::config::Options options;
  options.requirepass = "secret";
  return options;
}
}  // namespace

TEST_CASE("PING and ECHO give back what they are given") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("PING") == "+PONG\r\n");
  CHECK(client("PING hi") == "$2\r\nhi\r\n");
  CHECK(client("PING a b") == "-ERR wrong number of arguments for 'ping' command\r\n");
  CHECK(client("ECHO \"\\x00\"") == std::string("$1\r\n\0\r\n", 7));
}

TEST_CASE("SELECT chooses the database of what follows") {
  Harness server;
  Harness::Client client(server);
  client("SET k zero");
  CHECK(client("SELECT 3") == "+OK\r\n");
  CHECK(client("GET k") == "$-1\r\n");
  CHECK(client("SELECT 16") == "-ERR DB index is out of range\r\n");
  CHECK(client.session().db == 3);
}

TEST_CASE("HELLO 3 answers in RESP3, HELLO 2 in RESP2") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("HELLO 3").starts_with("%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n"));
  CHECK(client("GET nosuch") == "_\r\n");
  CHECK(client("HELLO 2").starts_with("*14\r\n"));
  CHECK(client("HELLO 4") == "-NOPROTO unsupported protocol version\r\n");
  CHECK(client("HELLO x") == "-ERR Protocol version is not an integer or out of range\r\n");
  CHECK(client("HELLO 3 SETNAME") == "-ERR Syntax error in HELLO option 'SETNAME'\r\n");
  CHECK(client.session().version == countd::protocol::Version::kResp2);
  client("HELLO 3 SETNAME me");
  CHECK(client.session().name == "me");
}

TEST_CASE("without its password a server answers nothing but the way in") {
  Harness server(1, with_password());
  Harness::Client client(server);
  CHECK(client("GET k") == "-NOAUTH Authentication required.\r\n");
  CHECK(client("HELLO 3").starts_with("-NOAUTH HELLO must be called with the client already"));
  CHECK(client("AUTH wrong") ==
        "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
  CHECK(client("AUTH other secret") ==
        "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
  CHECK(client("AUTH secret") == "+OK\r\n");
  CHECK(client("GET k") == "$-1\r\n");
  CHECK(client("RESET") == "+RESET\r\n");
  CHECK(client("GET k") == "-NOAUTH Authentication required.\r\n");
  CHECK(client("HELLO 3 AUTH default secret").starts_with("%7\r\n"));
}

TEST_CASE("AUTH of a server without a password says so") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("AUTH x").starts_with("-ERR AUTH <password> called without any password"));
  CHECK(client("AUTH default x") == "+OK\r\n");
  CHECK(client("AUTH a b c") == "-ERR syntax error\r\n");
}

TEST_CASE("RESET brings the connection back to how it began") {
  Harness server;
  Harness::Client client(server);
  client("HELLO 3 SETNAME me");
  client("SELECT 5");
  client("CLIENT NO-TOUCH on");
  client("CLIENT REPLY OFF");
  CHECK(client("RESET") == "+RESET\r\n");
  CHECK(client.session().db == 0);
  CHECK(client.session().name.empty());
  CHECK_FALSE(client.session().no_touch);
  CHECK(client("GET nosuch") == "$-1\r\n");
}

TEST_CASE("QUIT answers, then the connection closes") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("QUIT") == "+OK\r\n");
  CHECK(client.closed());
}
