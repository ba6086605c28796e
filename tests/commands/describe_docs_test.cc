#include <doctest/doctest.h>

#include <string>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("COMMAND DOCS tells summary, arguments and history") {
  Harness server;
  Harness::Client client(server);
  client("HELLO 3");
  const std::string docs = client("COMMAND DOCS getex nosuch");
  CHECK(docs.starts_with("%1\r\n$5\r\ngetex\r\n%5\r\n$7\r\nsummary\r\n"));
  CHECK(docs.find("$5\r\nsince\r\n$5\r\n6.2.0\r\n") != std::string::npos);
  CHECK(docs.find("%4\r\n$4\r\nname\r\n$10\r\nexpiration\r\n$4\r\ntype\r\n$5\r\noneof\r\n$5\r\n"
                  "flags\r\n~1\r\n+optional\r\n$9\r\narguments\r\n*5\r\n") != std::string::npos);
  CHECK(docs.find("$14\r\nkey_spec_index\r\n:0\r\n") != std::string::npos);
}

TEST_CASE("a history is told as pairs of version and change") {
  Harness server;
  Harness::Client client(server);
  const std::string docs = client("COMMAND DOCS flushall");
  CHECK(docs.find("$7\r\nhistory\r\n*2\r\n*2\r\n$5\r\n4.0.0\r\n$11\r\nadded ASYNC\r\n"
                  "*2\r\n$5\r\n6.2.0\r\n$10\r\nadded SYNC\r\n") != std::string::npos);
}

TEST_CASE("a container's documentation holds its subcommands'") {
  Harness server;
  Harness::Client client(server);
  const std::string docs = client("COMMAND DOCS slowlog");
  CHECK(docs.find("$11\r\nsubcommands\r\n*8\r\n") != std::string::npos);
  CHECK(docs.find("$11\r\nslowlog|get\r\n") != std::string::npos);
  CHECK(client("COMMAND DOCS slowlog|get").starts_with("*2\r\n$11\r\nslowlog|get\r\n"));
}

TEST_CASE("every row has a summary that no other command has, aliases aside") {
  Harness server;
  for (const auto& row : server.table().rows()) {
    CAPTURE(row.name);
    CHECK_FALSE(row.summary.empty());
    CHECK(row.summary.back() != '.');
    CHECK_FALSE(row.complexity.empty());
  }
}
