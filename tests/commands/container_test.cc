#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("an unknown subcommand is named as it was sent, its container in capitals") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("config Nosuch a b") == "-ERR unknown subcommand 'Nosuch'. Try CONFIG HELP.\r\n");
  CHECK(client("config") == "-ERR wrong number of arguments for 'config' command\r\n");
  CHECK(client("config get") == "-ERR wrong number of arguments for 'config|get' command\r\n");
  const std::string longer(300, 'x');
  CHECK(client.run({"object", longer}) ==
        "-ERR unknown subcommand '" + longer.substr(0, 128) + "'. Try OBJECT HELP.\r\n");
}

TEST_CASE("every container with subcommands has a HELP that counts its own lines") {
  Harness server;
  Harness::Client client(server);
  for (const auto* row : server.table().all()) {
    if (row->subcommands.empty()) continue;
    const std::string reply = client.run({std::string(row->name), "help"});
    CAPTURE(row->name);
    REQUIRE(reply[0] == '*');
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = reply.find("\r\n+", at)) != std::string::npos; ++at) ++lines;
    CHECK(reply.substr(1, reply.find("\r\n") - 1) == std::to_string(lines));
  }
}
