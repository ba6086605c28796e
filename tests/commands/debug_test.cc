#include <doctest/doctest.h>

#include "commands/server.h"
#include "commands/session.h"
#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("DEBUG is for whom the option lets in") {
  using countd::config::Access;
  countd::config::Options options;
  countd::commands::Session near;
  near.peer_address = "127.0.0.1:40000";
  countd::commands::Session far;
  far.peer_address = "10.1.2.3:40000";
  options.enable_debug_command = Access::kLocal;
  CHECK(countd::commands::debug_refusal(options, near).empty());
  CHECK_FALSE(countd::commands::debug_refusal(options, far).empty());
  options.enable_debug_command = Access::kNo;
  CHECK_FALSE(countd::commands::debug_refusal(options, near).empty());
  options.enable_debug_command = Access::kYes;
  CHECK(countd::commands::debug_refusal(options, far).empty());
}

TEST_CASE("DEBUG DIGEST does not depend on shards or on the order of writes") {
  Harness one(1);
  Harness four(4);
  Harness::Client a(one);
  Harness::Client b(four);
  const std::string empty = a("DEBUG DIGEST");
  CHECK(empty == "+0000000000000000000000000000000000000000\r\n");
  for (int i = 0; i < 50; ++i) a.run({"SET", "k" + std::to_string(i), std::to_string(i * i)});
  for (int i = 49; i >= 0; --i) b.run({"SET", "k" + std::to_string(i), std::to_string(i * i)});
  CHECK(a("DEBUG DIGEST") == b("DEBUG DIGEST"));
  a("INCR k7");
  CHECK(a("DEBUG DIGEST") != b("DEBUG DIGEST"));
  b("INCR k7");
  CHECK(a("DEBUG DIGEST") == b("DEBUG DIGEST"));
  b("EXPIRE k7 100");
  CHECK(a("DEBUG DIGEST") != b("DEBUG DIGEST"));
}

TEST_CASE("DEBUG OBJECT tells encoding and length") {
  Harness server;
  Harness::Client client(server);
  client("SET n 1");
  const std::string reply = client("DEBUG OBJECT n");
  CHECK(reply.starts_with("+Value at:"));
  CHECK(reply.find(" encoding:int serializedlength:2 ") != std::string::npos);
  CHECK(client("DEBUG OBJECT nosuch") == "-ERR no such key\r\n");
}

TEST_CASE("DEBUG RELOAD and SET-ACTIVE-EXPIRE reach the server") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("DEBUG RELOAD") == "+OK\r\n");
  CHECK(client("DEBUG SET-ACTIVE-EXPIRE 0") == "+OK\r\n");
  CHECK(server.asked() == std::vector<std::string>{"reload", "active-expire off"});
  server.fail_snapshots("disk full");
  CHECK(client("DEBUG RELOAD") == "-ERR disk full\r\n");
}

TEST_CASE("DEBUG ERROR answers with the error, SLEEP 0 at once, nonsense with Redis's words") {
  Harness server(2);
  Harness::Client client(server);
  CHECK(client("DEBUG ERROR \"MYCODE words\"") == "-MYCODE words\r\n");
  CHECK(client("DEBUG SLEEP 0") == "+OK\r\n");
  CHECK(client("DEBUG NOSUCH") ==
        "-ERR unknown subcommand or wrong number of arguments for 'NOSUCH'. Try DEBUG HELP.\r\n");
}
