#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("SAVE answers when the snapshot has ended, BGSAVE at once") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SAVE") == "+OK\r\n");
  CHECK(client("LASTSAVE") == ":" + std::to_string(server.now() / 1000) + "\r\n");
  CHECK(client("BGSAVE") == "+Background saving started\r\n");
  CHECK(client("BGSAVE SCHEDULE") == "+Background saving started\r\n");
  CHECK(client("BGSAVE NOW") == "-ERR syntax error\r\n");
  CHECK(server.asked() == std::vector<std::string>{"snapshot", "snapshot", "snapshot"});
}

TEST_CASE("a failed SAVE tells why") {
  Harness server;
  Harness::Client client(server);
  server.fail_snapshots("No space left on device");
  CHECK(client("SAVE") == "-ERR No space left on device\r\n");
}

TEST_CASE("one snapshot at a time") {
  Harness server;
  Harness::Client client(server);
  server.hold_snapshot(true);
  CHECK(client("SAVE") == "-ERR Background save already in progress\r\n");
  CHECK(client("BGSAVE") == "-ERR Background save already in progress\r\n");
}

TEST_CASE("SHUTDOWN hands its options on and answers nothing") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SHUTDOWN NOSAVE").empty());
  CHECK(client("SHUTDOWN SAVE NOW FORCE").empty());
  CHECK(server.asked() == std::vector<std::string>{"shutdown nosave", "shutdown save force"});
  CHECK(client("SHUTDOWN SAVE NOSAVE") == "-ERR syntax error\r\n");
  CHECK(client("SHUTDOWN ABORT NOW") == "-ERR syntax error\r\n");
  CHECK(client("SHUTDOWN ABORT") == "-ERR No shutdown in progress.\r\n");
  server.fail_snapshots("No space left on device");
  CHECK(client("SHUTDOWN") == "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
}
