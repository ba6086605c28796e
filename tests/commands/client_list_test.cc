#include <doctest/doctest.h>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("CLIENT LIST has a line a client, in the order in which they came") {
  Harness server;
  Harness::Client first(server);
  Harness::Client second(server);
  second("CLIENT SETNAME late");
  server.advance(3000);
  const std::string list = first("CLIENT LIST");
  CHECK(list.find("id=1 addr=127.0.0.1:50001 laddr=127.0.0.1:6379 ") != std::string::npos);
  CHECK(list.find("id=1 ") < list.find("\nid=2 "));
  CHECK(list.find(" name=late age=3 idle=3 flags=N db=0 ") != std::string::npos);
  CHECK(list.find(" cmd=client|list user=default redir=-1 resp=2 ") != std::string::npos);
  CHECK(list.find(" cmd=client|setname ") != std::string::npos);
}

TEST_CASE("CLIENT LIST ID shows those asked for only") {
  Harness server;
  Harness::Client first(server);
  Harness::Client second(server);
  const std::string list = first("CLIENT LIST ID 2 77");
  CHECK(list.find("id=2 ") != std::string::npos);
  CHECK(list.find("id=1 ") == std::string::npos);
  CHECK(first("CLIENT LIST TYPE pubsub") == "$0\r\n\r\n");
  CHECK(first("CLIENT LIST ID x") == "-ERR Invalid client ID\r\n");
  CHECK(first("CLIENT LIST WHO") == "-ERR syntax error\r\n");
}

TEST_CASE("CLIENT INFO is the caller's line, verbatim in RESP3") {
  Harness server;
  Harness::Client client(server);
  client("HELLO 3");
  const std::string info = client("CLIENT INFO");
  CHECK(info[0] == '=');
  CHECK(info.find("txt:id=1 ") != std::string::npos);
  CHECK(info.find(" resp=3 ") != std::string::npos);
}

TEST_CASE("CLIENT KILL by address answers OK or an error, by filter a number") {
  Harness server;
  Harness::Client first(server);
  Harness::Client second(server);
  Harness::Client third(server);
  CHECK(first("CLIENT KILL 127.0.0.1:1") == "-ERR No such client\r\n");
  CHECK(first("CLIENT KILL 127.0.0.1:50002") == "+OK\r\n");
  CHECK(second.closed());
  CHECK(first("CLIENT KILL TYPE normal") == ":1\r\n");
  CHECK(third.closed());
  CHECK_FALSE(first.closed());
  CHECK(first("CLIENT KILL ID 1 SKIPME no") == ":1\r\n");
  CHECK(first.closed());
}
