#include "tests/support/server_process.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>

using countd::test::ServerProcess;

namespace {
constexpr const char* kCommand =
    "redis-server --port {port} --bind 127.0.0.1 --dir {dir} --save \"\"";
}

TEST_CASE("a server is reached, pipelined to, stopped and started again in its folder") {
  ServerProcess server(kCommand);
  auto client = server.connect();
  CHECK(client.call_line("SET a 1").text == "OK");
  for (int i = 0; i < 100; ++i) client.send({"INCR", "a"});
  for (int i = 0; i < 100; ++i) CHECK(client.read().integer() == i + 2);
  CHECK(client.raw() == ":101\r\n");
  CHECK(client.call_line("SAVE").text == "OK");
  const int status = server.stop(SIGTERM);
  CHECK(WIFEXITED(status));
  CHECK(client.closes_within(std::chrono::seconds(5)));
  server.start();
  CHECK(server.connect().call_line("GET a").text == "101");
}

TEST_CASE("a server that ends at once is told from one that is slow") {
  CHECK_THROWS_AS(ServerProcess("/bin/false"), std::runtime_error);
  CHECK_THROWS_AS(ServerProcess("/nowhere/server {port}"), std::runtime_error);
}
