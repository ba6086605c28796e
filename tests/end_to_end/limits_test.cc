// What a server does with clients that are too many, too slow, too greedy or silent.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/eventually.h"
#include "tests/support/server_process.h"

using namespace std::chrono_literals;
using countd::test::Client;
using countd::test::eventually;
using countd::test::server_command;
using countd::test::ServerProcess;

namespace {

void allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string info_field(Client& client, const std::string& section, const std::string& name) {
  const auto text = client.call({"INFO", section}).text;
  const auto at = text.find("\r\n" + name + ":");
  if (at == std::string::npos) return "";
  const auto start = at + name.size() + 3;
  return text.substr(start, text.find('\r', start) - start);
}

}  // namespace

TEST_CASE("two thousand connections count at once") {
  allow_descriptors(8192);
  const ServerProcess server(server_command());
  constexpr std::size_t kConnections = 2000;
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kConnections; ++i) clients.push_back(server.connect());
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) client.send_bytes("INCR n\r\nINCR own\r\nINCR n\r\n");
    std::int64_t last = 0;
    for (auto& client : clients) {
      const auto first = client.read().integer();
      client.read();
      const auto second = client.read().integer();
      CHECK(first < second);
      last = std::max({last, first, second});
    }
    CHECK(last == static_cast<std::int64_t>((round + 1) * 2 * kConnections));
  }
  CHECK(info_field(clients[0], "clients", "connected_clients") == std::to_string(kConnections));
  while (clients.size() > 1) clients.pop_back();
  CHECK(eventually([&] { return info_field(clients[0], "clients", "connected_clients") == "1"; }));
}

TEST_CASE("one client more than maxclients is told so and closed") {
  const ServerProcess server(server_command("--maxclients 10"));
  std::vector<Client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(server.connect());
    REQUIRE(clients.back().call({"PING"}).text == "PONG");
  }
  auto refused = server.connect();
  CHECK(refused.read().text == "ERR max number of clients reached");
  CHECK(refused.closes_within(10s));
  CHECK(info_field(clients[0], "stats", "rejected_connections") == "1");
  clients.pop_back();
  CHECK(eventually([&] {
    try {
      return server.connect().call({"PING"}).text == "PONG";
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
}

TEST_CASE("as many clients as the limit of open files leaves room for are served, on 64 threads") {
  // The soft limit is raised to the hard one, which is below what so many clients would need.
  const ServerProcess server("prlimit --nofile=1000:1000 " +
                             server_command("--threads 64 --maxclients 2147483647"));
  auto first = server.connect();
  const auto promised = std::stoull(info_field(first, "clients", "maxclients"));
  REQUIRE(promised > 500);
  REQUIRE(promised < 1000);
  std::vector<Client> clients;
  while (clients.size() + 1 < promised) clients.push_back(server.connect());
  CHECK(clients.back().call({"PING"}).text == "PONG");
  CHECK(server.connect().read().text == "ERR max number of clients reached");
}

TEST_CASE("an idle client is closed after timeout, a busy one is not") {
  const ServerProcess server(server_command("--timeout 1"));
  auto idle = server.connect();
  auto busy = server.connect();
  REQUIRE(idle.call({"PING"}).text == "PONG");
  const auto until = std::chrono::steady_clock::now() + 2500ms;
  while (std::chrono::steady_clock::now() < until) {
    REQUIRE(busy.call({"PING"}).text == "PONG");
    std::this_thread::sleep_for(100ms);
  }
  CHECK(idle.closes_within(10s));
}

TEST_CASE("a reader that stalls is not served without bound, and others do not notice") {
  const ServerProcess server(server_command());
  auto other = server.connect();
  other.call({"SET", "large", std::string(1 << 20, 'x')});
  const auto before = std::stoll(info_field(other, "memory", "used_memory_rss"));
  auto stalled = server.connect();
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += "GET large\r\n";
  stalled.send_bytes(requests);  // two gigabytes of replies, none of them read
  std::this_thread::sleep_for(500ms);
  for (int i = 0; i < 100; ++i) CHECK(other.call({"INCR", "n"}).integer() == i + 1);
  const auto after = std::stoll(info_field(other, "memory", "used_memory_rss"));
  CHECK(after - before < (256 << 20));
  // And when it reads again, all is there.
  for (int i = 0; i < 2000; ++i) REQUIRE(stalled.read().text.size() == 1 << 20);
}

TEST_CASE("a client whose replies pass the hard limit is closed") {
  const ServerProcess server(server_command("--client-output-buffer-limit \"normal 1000000 0 0\""));
  auto other = server.connect();
  other.call({"SET", "large", std::string(3 << 20, 'x')});
  auto greedy = server.connect();
  greedy.send_bytes("GET large\r\nGET large\r\nGET large\r\nGET large\r\n");
  CHECK(eventually([&] { return info_field(other, "clients", "connected_clients") == "1"; }));
}

TEST_CASE("a request in pieces is served, one that never ends is dropped in time") {
  const ServerProcess server(server_command("--partial-request-timeout 1"));
  auto client = server.connect();
  for (const char byte : std::string("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n")) {
    client.send_bytes(std::string(1, byte));
    std::this_thread::sleep_for(5ms);
  }
  CHECK(client.read().integer() == 1);
  auto stalled = server.connect();
  stalled.send_bytes("*2\r\n$4\r\nINC");
  CHECK(stalled.closes_within(10s));
  CHECK(client.call({"INCR", "n"}).integer() == 2);
}

TEST_CASE("a megabyte of requests in one write is answered in order") {
  const ServerProcess server(server_command());
  auto client = server.connect();
  constexpr int kRequests = 50000;
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n";
  std::thread sending([&] { client.send_bytes(requests); });
  bool in_order = true;
  for (int i = 1; i <= kRequests; ++i) in_order = client.read().integer() == i && in_order;
  sending.join();
  CHECK(in_order);
}

TEST_CASE("what is not the protocol closes its own connection and no other") {
  const ServerProcess server(server_command());
  auto good = server.connect();
  for (const std::string bytes :
       {"*1\r\n$x\r\n", "*99999999999\r\n", "*1\r\n:1\r\n", "\"open\r\n"}) {
    auto bad = server.connect();
    bad.send_bytes(bytes);
    CHECK(bad.read().text.starts_with("ERR Protocol error"));
    CHECK(bad.closes_within(10s));
  }
  // Too long for a line.
  auto endless = server.connect();
  endless.send_bytes(std::string(70000, 'x'));
  CHECK(endless.read().text == "ERR Protocol error: too big inline request");
  // A web page's request must not be taken for commands.
  auto browser = server.connect();
  browser.send_bytes("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET hacked 1\r\n");
  CHECK(browser.closes_within(10s));
  CHECK(good.call({"EXISTS", "hacked"}).integer() == 0);
  CHECK(good.call({"PING"}).text == "PONG");
}
