#include <doctest/doctest.h>

#include <vector>

#include "commands/describe.h"
#include "commands/row_shapes.h"
#include "tests/commands/harness.h"

using countd::test::Harness;

using namespace countd::commands;
using Names = std::vector<std::string_view>;

TEST_CASE("categories follow from the flags, in Redis's order") {
  const Command row{.flags = kWrite | kFast, .categories = "@string"};
  CHECK(categories_of(row) == Names{"@write", "@string", "@fast"});
  const Command admin{.flags = kAdmin | kReadOnly, .categories = "@connection @own"};
  CHECK(categories_of(admin) ==
        Names{"@read", "@admin", "@slow", "@dangerous", "@connection", "@own"});
}

TEST_CASE("what is done to keys follows from the flags where a row does not say it") {
  CHECK(access_of({.flags = kWrite, .keys = {.first = 1}}, true) == Names{"RW", "update"});
  CHECK(access_of({.flags = kReadOnly, .keys = {.first = 1}}, true) == Names{"RO", "access"});
  const Command rename{.keys = two_keys(kRW | kAccess | kDelete, kOW | kUpdate)};
  CHECK(access_of(rename, true) == Names{"RW", "access", "delete"});
  CHECK(access_of(rename, false) == Names{"OW", "update"});
}

TEST_CASE("counted keys are a specification of their own kind") {
  Harness server;
  Harness::Client client(server);
  const std::string info = client("COMMAND INFO msetex");
  CHECK(info.find("+movablekeys\r\n:0\r\n:0\r\n:0\r\n") != std::string::npos);
  CHECK(info.find("$5\r\nindex\r\n:1\r\n") != std::string::npos);
  CHECK(info.find("$6\r\nkeynum\r\n$4\r\nspec\r\n*6\r\n$9\r\nkeynumidx\r\n:0\r\n$8\r\nfirstkey\r\n"
                  ":1\r\n$7\r\nkeystep\r\n:2\r\n") != std::string::npos);
}

TEST_CASE("a source and a destination are two specifications") {
  Harness server;
  Harness::Client client(server);
  client("HELLO 3");
  const std::string info = client("COMMAND INFO copy");
  CHECK(info.find("~2\r\n%3\r\n$5\r\nflags\r\n~2\r\n+RO\r\n+access\r\n") != std::string::npos);
  CHECK(info.find("%3\r\n$5\r\nflags\r\n~2\r\n+OW\r\n+update\r\n$12\r\nbegin_search\r\n%2\r\n$4\r\n"
                  "type\r\n$5\r\nindex\r\n$4\r\nspec\r\n%1\r\n$5\r\nindex\r\n:2\r\n") !=
        std::string::npos);
}
