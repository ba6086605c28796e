// The server as a whole, in this process.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/server/in_process.h"
#include "tests/support/eventually.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::eventually;
using countd::test::free_port;
using countd::test::info_field;
using countd::test::InProcess;

TEST_CASE("a server starts, answers on every thread, and ends when told to") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    std::vector<Client> clients;
    for (int i = 1; i <= 8; ++i) {
      clients.push_back(server.connect());
      CHECK(clients.back().call({"INCR", "n"}).integer() == i);
    }
    CHECK(clients[0].call({"MSET", "a", "1", "b", "2", "c", "3"}).text == "OK");
    CHECK(clients[5].call({"DBSIZE"}).integer() == 4);
    CHECK(info_field(clients[2], "threads") == std::to_string(threads));
    CHECK(info_field(clients[2], "connected_clients") == "8");
    clients[3].send({"SHUTDOWN", "NOSAVE"});
    CHECK(server.wait() == 0);
    CHECK_FALSE(std::filesystem::exists(server.file()));
    CHECK(server.log().find("bye bye") != std::string::npos);
  }
}

TEST_CASE("what was saved is there after a restart, what was not is not") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    {
      auto client = server.connect();
      for (int i = 0; i < 1000; ++i)
        client.send({"SET", "k" + std::to_string(i), std::to_string(i)});
      for (int i = 0; i < 1000; ++i) REQUIRE(client.read().text == "OK");
      CHECK(client.call({"SAVE"}).text == "OK");
      CHECK(client.call({"INCR", "k7"}).integer() == 8);
    }
    server.stop();
    server.start();
    auto client = server.connect();
    CHECK(client.call({"DBSIZE"}).integer() == 1000);
    CHECK(client.call({"GET", "k7"}).text == "7");
    CHECK(client.call({"GET", "k999"}).text == "999");
    CHECK(info_field(client, "rdb_last_load_keys_loaded") == "1000");
    CHECK(info_field(client, "rdb_changes_since_last_save") == "0");
  }
}

TEST_CASE("SHUTDOWN SAVE saves, and so does SHUTDOWN where save points are set") {
  for (const bool by_word : {true, false}) {
    InProcess server(2, [&](countd::config::Options& options) {
      if (!by_word) options.save = {{3600, 100}};
    });
    auto client = server.connect();
    CHECK(client.call({"SET", "k", "v"}).text == "OK");
    by_word ? client.send({"SHUTDOWN", "SAVE"}) : client.send({"SHUTDOWN"});
    CHECK(client.closes_within(60'000ms));
    CHECK(server.wait() == 0);
    server.start();
    CHECK(server.connect().call({"GET", "k"}).text == "v");
  }
}

TEST_CASE("a server whose file is broken does not start, and leaves the file alone") {
  InProcess server;
  CHECK(server.connect().call({"SET", "k", "v"}).text == "OK");
  CHECK(server.connect().call({"SAVE"}).text == "OK");
  server.stop();
  const auto size = std::filesystem::file_size(server.file());
  std::filesystem::resize_file(server.file(), size - 3);
  server.start();
  CHECK(server.error() != "");
  CHECK(std::filesystem::file_size(server.file()) == size - 3);
}

TEST_CASE("a port that is taken is an error at the start") {
  const InProcess server;
  const InProcess second(1,
                         [&](countd::config::Options& options) { options.port = server.port(); });
  CHECK(second.error().find("Address already in use") != std::string::npos);
}

TEST_CASE("one client too many is told so") {
  InProcess server(1, [](countd::config::Options& options) { options.maxclients = 2; });
  auto first = server.connect();
  CHECK(first.call({"PING"}).text == "PONG");
  auto second = server.connect();
  CHECK(second.call({"PING"}).text == "PONG");
  auto third = server.connect();
  CHECK(third.read().text == "ERR max number of clients reached");
  CHECK(third.closes_within(60'000ms));
  CHECK(info_field(first, "rejected_connections") == "1");
  CHECK(first.call({"CONFIG", "SET", "maxclients", "10"}).text == "OK");
  CHECK(server.connect().call({"PING"}).text == "PONG");
}

TEST_CASE("a port or an address that cannot be had leaves the server where it listens") {
  for (const int threads : {1, 2}) {
    const InProcess taken;
    InProcess server(threads);
    auto client = server.connect();
    const auto busy = std::to_string(taken.port());
    CHECK(client.call({"CONFIG", "SET", "port", busy}).text ==
          "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this "
          "port. Check server logs.");
    // No machine has an address of those for documentation, 2001:db8::/32.
    CHECK(client.call({"CONFIG", "SET", "bind", "127.0.0.1 2001:db8::1"}).text ==
          "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to "
          "specified addresses.");
    CHECK(client.call({"CONFIG", "GET", "port"}).items[1].text == std::to_string(server.port()));
    CHECK(server.connect().call({"PING"}).text == "PONG");
    CHECK(server.log().find("listening socket 127.0.0.1:" + busy) != std::string::npos);
  }
}

TEST_CASE("a server moves to another port and keeps its clients") {
  InProcess server(2);
  auto client = server.connect();
  const int port = free_port();
  CHECK(client.call({"CONFIG", "SET", "port", std::to_string(port)}).text == "OK");
  CHECK(eventually([&] {
    try {
      return Client(port).call({"INCR", "n"}).integer() > 0;
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
  CHECK(eventually([&] {
    try {
      static_cast<void>(server.connect());
      return false;
    } catch (const std::runtime_error&) {
      return true;
    }
  }));
  CHECK(client.call({"CONFIG", "SET", "bind", "*"}).text == "OK");
  CHECK(client.call({"GET", "n"}).text == "1");
  CHECK(Client(port).call({"PING"}).text == "PONG");
  CHECK(info_field(client, "tcp_port") == std::to_string(port));
}
