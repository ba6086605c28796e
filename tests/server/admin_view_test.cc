// What administrative commands see of the server, and do to it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/server/in_process.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::info_field;
using countd::test::InProcess;

TEST_CASE("CLIENT LIST shows the clients of all threads, and CLIENT KILL reaches them") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(server.connect());
      CHECK(clients.back().call({"CLIENT", "SETNAME", "client" + std::to_string(i)}).text == "OK");
    }
    const auto list = clients[0].call({"CLIENT", "LIST"}).text;
    CHECK(std::ranges::count(list, '\n') == 5);
    for (int i = 0; i < 5; ++i) {
      CHECK(list.find(" name=client" + std::to_string(i) + " ") != std::string::npos);
    }
    const auto victim = clients[3].call({"CLIENT", "ID"}).text;
    CHECK(clients[1].call({"CLIENT", "KILL", "ID", victim}).integer() == 1);
    CHECK(clients[3].closes_within(60'000ms));
    // A client that kills itself gets its answer first.
    const auto own = clients[2].call({"CLIENT", "ID"}).text;
    CHECK(clients[2].call({"CLIENT", "KILL", "ID", own, "SKIPME", "no"}).integer() == 1);
    CHECK(clients[2].closes_within(60'000ms));
  }
}

TEST_CASE("CLIENT PAUSE holds everybody's commands, and CLIENT UNPAUSE lets them go") {
  InProcess server(4);
  auto first = server.connect();
  auto second = server.connect();
  CHECK(first.call({"CLIENT", "PAUSE", "100000", "ALL"}).text == "OK");
  second.send({"INCR", "n"});
  CHECK_FALSE(second.reply_waits(150ms));
  CHECK(first.call({"CLIENT", "UNPAUSE"}).text == "OK");
  CHECK(second.read().integer() == 1);
  CHECK(first.call({"CLIENT", "PAUSE", "100", "WRITE"}).text == "OK");
  CHECK(second.call({"GET", "n"}).text == "1");
  CHECK(second.call({"INCR", "n"}).integer() == 2);  // the pause ends by itself
}

TEST_CASE("CONFIG RESETSTAT sets the counts of all threads back") {
  InProcess server(2);
  auto first = server.connect();
  auto second = server.connect();
  for (auto* const client : {&first, &second}) {
    client->call({"SET", "k", "1"});
    client->call({"GET", "k"});
    client->call({"NOSUCH"});
  }
  CHECK(info_field(first, "keyspace_hits") == "2");
  CHECK(info_field(first, "cmdstat_get").starts_with("calls=2,"));
  CHECK(info_field(first, "errorstat_ERR") == "count=2");
  CHECK(second.call({"CONFIG", "RESETSTAT"}).text == "OK");
  CHECK(info_field(first, "keyspace_hits") == "0");
  CHECK_THROWS(info_field(first, "cmdstat_get"));
  CHECK_THROWS(info_field(first, "errorstat_ERR"));
  CHECK(std::stoi(info_field(first, "total_commands_processed")) < 6);
  CHECK(info_field(first, "connected_clients") == "2");
}

TEST_CASE("the slow log is one for all threads, and names the client") {
  InProcess server(2,
                   [](countd::config::Options& options) { options.slowlog_log_slower_than = 0; });
  auto first = server.connect();
  auto second = server.connect();
  first.call({"CLIENT", "SETNAME", "one"});
  first.call({"SLOWLOG", "RESET"});
  first.call({"SET", "k", "1"});
  first.call({"MSET", "a", "1", "b", "2"});
  const auto entries = second.call({"SLOWLOG", "GET", "2"});
  REQUIRE(entries.items.size() == 2);
  CHECK(entries.items[0].items[3].items[0].text == "MSET");
  CHECK(entries.items[0].items[5].text == "one");
}

TEST_CASE("a client finds its own writes in INFO, whichever thread it is on") {
  InProcess server(4);
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(server.connect());
  for (int i = 0; i < 40; ++i) {
    auto& client = clients[static_cast<std::size_t>(i % 4)];
    client.call({"SET", "k" + std::to_string(i), "v"});
    CHECK(info_field(client, "db0").starts_with("keys=" + std::to_string(i + 1) + ","));
  }
}
