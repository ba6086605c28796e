#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("a client's name is told, changed and taken away") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT GETNAME") == "$-1\r\n");
  CHECK(client("CLIENT SETNAME worker-1") == "+OK\r\n");
  CHECK(client("CLIENT GETNAME") == "$8\r\nworker-1\r\n");
  CHECK(client("CLIENT SETNAME \"a b\"") ==
        "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
  CHECK(client("CLIENT GETNAME") == "$8\r\nworker-1\r\n");
  CHECK(client("CLIENT SETNAME \"\"") == "+OK\r\n");
  CHECK(client("CLIENT GETNAME") == "$-1\r\n");
}

TEST_CASE("a client's library is remembered") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT SETINFO LIB-NAME redis-py") == "+OK\r\n");
  CHECK(client("CLIENT SETINFO lib-ver 5.0.1") == "+OK\r\n");
  CHECK(client.session().library_name == "redis-py");
  CHECK(client.session().library_version == "5.0.1");
  CHECK(client("CLIENT SETINFO lib-name \"a b\"") ==
        "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
  CHECK(client("CLIENT SETINFO lib-what x") == "-ERR Unrecognized option 'lib-what'\r\n");
}

TEST_CASE("CLIENT REPLY keeps replies back") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT REPLY SKIP").empty());
  CHECK(client("PING").empty());
  CHECK(client("PING") == "+PONG\r\n");
  CHECK(client("CLIENT REPLY OFF").empty());
  CHECK(client("PING").empty());
  CHECK(client("CLIENT REPLY SKIP").empty());
  CHECK(client("PING").empty());
  CHECK(client("CLIENT REPLY ON") == "+OK\r\n");
  CHECK(client("CLIENT REPLY PERHAPS") == "-ERR syntax error\r\n");
}

TEST_CASE("switches take on and off only") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT NO-EVICT on") == "+OK\r\n");
  CHECK(client("CLIENT NO-TOUCH ON") == "+OK\r\n");
  CHECK(client.session().no_evict);
  CHECK(client.session().no_touch);
  CHECK(client("CLIENT NO-EVICT maybe") == "-ERR syntax error\r\n");
  CHECK(client("CLIENT NO-EVICT off") == "+OK\r\n");
  CHECK_FALSE(client.session().no_evict);
}

TEST_CASE("a pause is asked of the server with its end and its kind") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT PAUSE 100") == "+OK\r\n");
  CHECK(client("CLIENT PAUSE 250 WRITE") == "+OK\r\n");
  CHECK(client("CLIENT UNPAUSE") == "+OK\r\n");
  CHECK(server.asked() == std::vector<std::string>{"pause 100 all", "pause 250 write", "unpause"});
  CHECK(client("CLIENT PAUSE x") == "-ERR timeout is not an integer or out of range\r\n");
  CHECK(client("CLIENT PAUSE -1") == "-ERR timeout is negative\r\n");
  CHECK(client("CLIENT PAUSE 9223372036854775807") == "-ERR timeout is out of range\r\n");
  CHECK(client("CLIENT PAUSE 1 SOME") == "-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n");
}

TEST_CASE("CLIENT UNBLOCK ends a wait, or refuses it") {
  Harness server;
  Harness::Client client(server);
  REQUIRE(client("CLIENT ID") == ":1\r\n");
  CHECK(client("CLIENT UNBLOCK 7") == ":0\r\n");
  CHECK(client("CLIENT UNBLOCK 1 TIMEOUT") == ":1\r\n");
  CHECK(client("CLIENT UNBLOCK 1 ERROR") == ":1\r\n");
  CHECK(server.asked() == std::vector<std::string>{"unblock 7", "unblock 1", "unblock 1 refuse"});
  CHECK(client("CLIENT UNBLOCK 7 SOMEHOW") ==
        "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n");
  CHECK(client("CLIENT UNBLOCK x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(client("CLIENT UNBLOCK 7 TIMEOUT x") ==
        "-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.\r\n");
}

TEST_CASE("nothing is tracked, and that is what is said") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT GETREDIR") == ":-1\r\n");
  CHECK(
      client("CLIENT TRACKINGINFO") ==
      "*6\r\n$5\r\nflags\r\n*1\r\n$3\r\noff\r\n$8\r\nredirect\r\n:-1\r\n$8\r\nprefixes\r\n*0\r\n");
  CHECK(client("CLIENT MAINT_NOTIFICATIONS on") ==
        "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n");
}
