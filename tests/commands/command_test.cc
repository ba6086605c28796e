#include <doctest/doctest.h>

#include <set>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("COMMAND COUNT counts the commands, subcommands left out") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("COMMAND COUNT") == ":" + std::to_string(server.table().all().size()) + "\r\n");
}

TEST_CASE("COMMAND INFO tells rows, subcommands' too, and nil for what is unknown") {
  Harness server;
  Harness::Client client(server);
  const std::string get = client("COMMAND INFO GET");
  CHECK(get.starts_with(
      "*1\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"));
  CHECK(client("COMMAND INFO config|get").starts_with("*1\r\n*10\r\n$10\r\nconfig|get\r\n:-3\r\n"));
  CHECK(client("COMMAND INFO nosuch config|nosuch") == "*2\r\n$-1\r\n$-1\r\n");
}

TEST_CASE("COMMAND without a subcommand tells every row") {
  Harness server;
  Harness::Client client(server);
  const std::string all = client("COMMAND");
  CHECK(all.starts_with("*" + std::to_string(server.table().all().size()) + "\r\n"));
  CHECK(all == client("COMMAND INFO"));
  CHECK(client("COMMAND NOSUCH") == "-ERR unknown subcommand 'NOSUCH'. Try COMMAND HELP.\r\n");
}

TEST_CASE("COMMAND LIST filters by pattern and by category") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("COMMAND LIST FILTERBY PATTERN TT*") == "*1\r\n$3\r\nttl\r\n");
  CHECK(client("COMMAND LIST FILTERBY PATTERN slowlog|l*") == "*1\r\n$11\r\nslowlog|len\r\n");
  CHECK(client("COMMAND LIST FILTERBY ACLCAT hyperloglog").find("pfadd") != std::string::npos);
  CHECK(client("COMMAND LIST FILTERBY ACLCAT nosuch") == "*0\r\n");
  CHECK(client("COMMAND LIST FILTERBY MODULE bf") == "*0\r\n");
  CHECK(client("COMMAND LIST FILTERBY COLOUR red") == "-ERR syntax error\r\n");
  CHECK(client("COMMAND LIST FILTERBY") == "-ERR syntax error\r\n");
}

TEST_CASE("COMMAND GETKEYS finds keys wherever they stand") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("COMMAND GETKEYS MSET a 1 b 2") == "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  CHECK(client("COMMAND GETKEYS MSETEX 2 a 1 b 2 EX 5") == "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  CHECK(client("COMMAND GETKEYS OBJECT ENCODING k") == "*1\r\n$1\r\nk\r\n");
  CHECK(client("COMMAND GETKEYS MSETEX 9 a 1") ==
        "-ERR Invalid arguments specified for command\r\n");
  CHECK(client("COMMAND GETKEYS GET a b") ==
        "-ERR Invalid number of arguments specified for command\r\n");
  CHECK(client("COMMAND GETKEYS CONFIG GET x") == "-ERR The command has no key arguments\r\n");
  CHECK(client("COMMAND GETKEYS OBJECT NOSUCH x") == "-ERR Invalid command specified\r\n");
  CHECK(client("COMMAND GETKEYS NOSUCH x") == "-ERR Invalid command specified\r\n");
}

TEST_CASE("COMMAND GETKEYSANDFLAGS says what is done to each key") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("COMMAND GETKEYSANDFLAGS RENAME a b") ==
        "*2\r\n*2\r\n$1\r\na\r\n*3\r\n+RW\r\n+access\r\n+delete\r\n"
        "*2\r\n$1\r\nb\r\n*2\r\n+OW\r\n+update\r\n");
  CHECK(client("COMMAND GETKEYSANDFLAGS SET k v") ==
        "*1\r\n*2\r\n$1\r\nk\r\n*2\r\n+OW\r\n+update\r\n");
  CHECK(client("COMMAND GETKEYSANDFLAGS SET k v GET") ==
        "*1\r\n*2\r\n$1\r\nk\r\n*3\r\n+RW\r\n+access\r\n+update\r\n");
}
