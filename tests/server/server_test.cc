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
using countd::test::render;

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

TEST_CASE("a write is not refused while memory that may go lies on other shards") {
  constexpr std::uint64_t kLimit = 20'000'000;
  InProcess server(4, [](auto& options) {
    options.maxmemory = kLimit;
    options.maxmemory_policy = countd::storage::EvictionPolicy::kAllKeysLru;
  });
  auto client = server.connect();
  for (int i = 0; i < 250; ++i)
    client.send({"SET", "{a}" + std::to_string(i), std::string(100'000, 'x')});
  for (int i = 0; i < 250; ++i) REQUIRE(client.read().text == "OK");
  for (int i = 0; i < 600; ++i)
    client.send({"SET", "other" + std::to_string(i), std::string(20'000, 'y')});
  for (int i = 0; i < 600; ++i) REQUIRE(client.read().text == "OK");
  CHECK(
      eventually([&] { return std::stoull(info_field(client, "used_memory_dataset")) <= kLimit; }));
}

TEST_CASE("CONFIG SET maxmemory frees what is too much, though nobody writes") {
  InProcess server(4, [](auto& options) {
    options.maxmemory_policy = countd::storage::EvictionPolicy::kAllKeysLru;
  });
  auto client = server.connect();
  for (int i = 0; i < 4000; ++i)
    client.send({"SET", "key" + std::to_string(i), std::string(1000, 'x')});
  for (int i = 0; i < 4000; ++i) REQUIRE(client.read().text == "OK");
  CHECK(client.call({"CONFIG", "SET", "maxmemory", "2mb"}).text == "OK");
  CHECK(eventually([&] { return client.call({"DBSIZE"}).integer() < 2000; }));
  CHECK(client.call({"DBSIZE"}).integer() > 1000);
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

TEST_CASE("a SHUTDOWN that cannot save says so, and the server goes on") {
  InProcess server(2);
  auto client = server.connect();
  CHECK(client.call({"INCR", "n"}).integer() == 1);
  const auto aside = server.folder().string() + ".aside";
  std::filesystem::rename(server.folder(), aside);
  client.send_bytes("SHUTDOWN SAVE\r\nPING\r\n");
  CHECK(client.read().text == "ERR Errors trying to SHUTDOWN. Check logs.");
  CHECK(client.read().text == "PONG");
  std::filesystem::rename(aside, server.folder());
  client.send({"SHUTDOWN", "SAVE"});
  CHECK(client.closes_within(60'000ms));
  CHECK(server.wait() == 0);
  server.start();
  CHECK(server.connect().call({"GET", "n"}).text == "1");
}

TEST_CASE("who waits in WAITAOF is counted, can be woken, and is noticed when it goes away") {
  InProcess server(2);
  auto other = server.connect();
  const auto id = [](Client& client) {
    return std::to_string(client.call({"CLIENT", "ID"}).integer());
  };
  const auto blocked = [&](int count) {
    return eventually(
        [&] { return info_field(other, "blocked_clients") == std::to_string(count); });
  };
  {
    auto first = server.connect();
    auto second = server.connect();
    auto third = server.connect();
    const auto first_id = id(first);
    const auto second_id = id(second);
    for (auto* const client : {&first, &second, &third}) client->send({"WAITAOF", "0", "1", "0"});
    CHECK(blocked(3));
    const auto list = other.call({"CLIENT", "LIST", "ID", first_id, second_id}).text;
    CHECK(list.find("flags=b ") < list.rfind("flags=b "));
    CHECK(other.call({"CLIENT", "UNBLOCK", first_id}).integer() == 1);
    CHECK(first.read().items.size() == 2);
    CHECK(other.call({"CLIENT", "UNBLOCK", second_id, "ERROR"}).integer() == 1);
    CHECK(second.read().text == "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    CHECK(other.call({"CLIENT", "UNBLOCK", second_id}).integer() == 0);
    CHECK(blocked(1));
  }
  CHECK(blocked(0));
  CHECK(eventually([&] { return info_field(other, "connected_clients") == "1"; }));
}

TEST_CASE("CLIENT KILL closes at once who waits, is paused or does not read") {
  InProcess server(2);
  auto other = server.connect();
  CHECK(other.call({"SET", "large", std::string(8 << 20, 'x')}).text == "OK");
  auto waiting = server.connect();
  waiting.send({"WAITAOF", "0", "1", "0"});
  auto deaf = server.connect();
  deaf.send_bytes("GET large\r\nGET large\r\nGET large\r\nGET large\r\n");
  CHECK(other.call({"CLIENT", "PAUSE", "600000", "WRITE"}).text == "OK");
  auto paused = server.connect();
  paused.send({"SET", "paused", "1"});
  CHECK(eventually([&] { return info_field(other, "blocked_clients") == "1"; }));
  CHECK(eventually([&] { return info_field(other, "connected_clients") == "4"; }));
  CHECK(other.call({"CLIENT", "KILL", "TYPE", "normal"}).integer() == 3);
  CHECK(eventually([&] { return info_field(other, "connected_clients") == "1"; }));
  CHECK(waiting.closes_within(60'000ms));
  CHECK(paused.closes_within(60'000ms));
  CHECK(other.call({"CLIENT", "UNPAUSE"}).text == "OK");
  CHECK(other.call({"EXISTS", "paused"}).integer() == 0);
  CHECK(info_field(other, "blocked_clients") == "0");
}

TEST_CASE("the slow log shows no password, and failed calls are counted whatever they call") {
  InProcess server;
  auto client = server.connect();
  client.call({"CONFIG", "SET", "slowlog-log-slower-than", "0"});
  CHECK(client.call({"CONFIG", "SET", "requirepass", "zzz"}).text == "OK");
  CHECK(client.call({"CONFIG", "SET", "requirepass"}).is_error());
  CHECK(client.call({"CONFIG", "SET", "no-such-option", "1"}).is_error());
  CHECK(client.call({"AUTH", "wrong"}).is_error());
  const auto entries = render(client.call({"SLOWLOG", "GET"}));
  CHECK(entries.find("(redacted)") != std::string::npos);
  CHECK(entries.find("zzz") == std::string::npos);
  CHECK(info_field(client, "cmdstat_config|set").find("failed_calls=1") != std::string::npos);
  CHECK(info_field(client, "cmdstat_auth").find("failed_calls=1") != std::string::npos);
}
