// Connections over loopback sockets, as clients see them.

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/net/loopback.h"

using namespace std::chrono_literals;
using countd::config::Options;
using countd::test::Client;
using countd::test::Loopback;
using countd::test::to_request;

namespace {

// The bytes of the next `count` replies.
std::string read_raw(Client& client, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    client.read();
    bytes += client.raw();
  }
  return bytes;
}

std::string pipeline_of(std::string_view request, int count) {
  std::string pipeline;
  for (int i = 0; i < count; ++i) pipeline += request;
  return pipeline;
}

// Sends what is no whole request, and waits until it has been read.
void send_part(const Loopback& server, Client& client, std::string_view part) {
  const auto before = server.numbers().bytes_in;
  client.send_bytes(part);
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_in == before + part.size(); }));
}

}  // namespace

TEST_CASE("a pipeline split at any byte gets the replies that it gets whole") {
  const std::string pipeline = to_request({"SET", "k", "a\r\nb"}) + "INCR n\r\n" +
                               to_request({"NOSUCH"}) + to_request({"MGET", "k", "n", "x"}) +
                               "\r\n" + to_request({"GET", "k"}) + to_request({"DEL", "k", "n"});
  for (const int threads : {1, 2}) {
    Loopback server({}, threads);
    auto whole = server.connect();
    whole.send_bytes(pipeline);
    const auto expected = read_raw(whole, 6);
    CHECK(expected.find(":1\r\n-ERR unknown command") != std::string::npos);
    auto client = server.connect();
    for (std::size_t at = 1; at < pipeline.size(); ++at) {
      send_part(server, client, std::string_view(pipeline).substr(0, at));
      client.send_bytes(std::string_view(pipeline).substr(at));
      REQUIRE(read_raw(client, 6) == expected);
    }
  }
}

TEST_CASE("a partial request that stalls is closed at its deadline, one that goes on is not") {
  Options options;
  options.partial_request_timeout = 60;
  Loopback server(options);
  auto stalled = server.connect();
  auto idle = server.connect();
  CHECK(idle.call({"PING"}).text == "PONG");
  send_part(server, stalled, "*2\r\n$4\r\nINCR\r\n$5\r\nab");
  server.advance(59'000);
  CHECK(idle.call({"PING"}).text == "PONG");
  send_part(server, stalled, "c");
  server.advance(59'000);
  stalled.send_bytes("de\r\n");
  CHECK(stalled.read().integer() == 1);
  send_part(server, stalled, "*2\r\n$4");
  server.advance(60'001);
  CHECK(stalled.closes_within(60'000ms));
  CHECK(idle.call({"PING"}).text == "PONG");
}

TEST_CASE("timeout closes who is idle, with nothing pending") {
  Options options;
  options.timeout = 10;
  Loopback server(options);
  auto client = server.connect();
  CHECK(client.call({"PING"}).text == "PONG");
  server.advance(10'001);
  CHECK(client.closes_within(60'000ms));
  CHECK(Loopback::eventually([&] { return server.numbers().closed == 1; }));
  CHECK(server.numbers().connections == 0);
}

TEST_CASE("a client that does not read its replies is not read from") {
  Loopback server;
  auto client = server.connect();
  client.call({"SET", "big", std::string(1 << 20, 'x')});
  const auto before = server.numbers();
  constexpr int kRequests = 200;
  for (int i = 0; i < kRequests; ++i) client.send({"GET", "big"});
  // 200 MiB of replies do not fit a socket: the server stops, having run a wave or two.
  REQUIRE(Loopback::eventually([&] { return server.numbers().bytes_out > before.bytes_out; }));
  auto other = server.connect();
  for (int i = 0; i < 100; ++i) REQUIRE(other.call({"PING"}).text == "PONG");
  CHECK(server.numbers().bytes_out - before.bytes_out < (kRequests << 20) / 2);
  for (int i = 0; i < kRequests; ++i) REQUIRE(client.read().text.size() == 1 << 20);
  CHECK(client.call({"PING"}).text == "PONG");
}

TEST_CASE("pending output above the hard limit closes the client") {
  Options options;
  options.client_output_buffer_limit[countd::config::kNormalClient].hard_bytes = 8 << 20;
  Loopback server(options);
  auto client = server.connect();
  client.call({"SET", "big", std::string(1 << 20, 'x')});
  client.send_bytes(pipeline_of("GET big\r\n", 60));
  CHECK(Loopback::eventually([&] { return server.numbers().buffer_limit_disconnects == 1; }));
  CHECK(Loopback::eventually([&] { return server.numbers().connections == 0; }));
}

TEST_CASE("pending output above the soft limit closes the client when its time is over") {
  Options options;
  options.client_output_buffer_limit[countd::config::kNormalClient] = {0, 1 << 20, 30};
  Loopback server(options);
  auto client = server.connect();
  client.call({"SET", "big", std::string(1 << 20, 'x')});
  client.send_bytes(pipeline_of("GET big\r\n", 60));
  auto other = server.connect();
  for (int i = 0; i < 50; ++i) {
    CHECK(other.call({"PING"}).text == "PONG");
    std::this_thread::sleep_for(5ms);  // a tick or two, for the excess to be noticed
  }
  CHECK(server.numbers().buffer_limit_disconnects == 0);
  server.advance(30'000);
  CHECK(Loopback::eventually([&] { return server.numbers().buffer_limit_disconnects == 1; }));
}

TEST_CASE("what is no request gets an error after the replies before it, and then the end") {
  Loopback server;
  auto client = server.connect();
  client.send_bytes("INCR n\r\n*1\r\n!4\r\nPING\r\nINCR n\r\n");
  CHECK(client.read().integer() == 1);
  CHECK(client.read().text == "ERR Protocol error: expected '$', got '!'");
  CHECK(client.closes_within(60'000ms));
  CHECK(server.numbers().protocol_errors == 1);
  CHECK(server.connect().call({"GET", "n"}).text == "1");
}

TEST_CASE("more input than client-query-buffer-limit closes the client") {
  Options options;
  options.client_query_buffer_limit = 1 << 20;
  Loopback server(options);
  auto client = server.connect();
  client.send_bytes("*2\r\n$4\r\nECHO\r\n$2000000\r\n" + std::string(1'100'000, 'x'));
  CHECK(client.closes_within(60'000ms));
}

TEST_CASE("a long pipeline runs in waves, and large replies make them shorter") {
  Loopback server;
  auto client = server.connect();
  client.send_bytes(pipeline_of("INCR n\r\n", 5000));
  for (int i = 1; i <= 5000; ++i) REQUIRE(client.read().integer() == i);
  client.call({"SET", "big", std::string(100'000, 'x')});
  std::thread reader([&] {
    for (int i = 0; i < 600; ++i) REQUIRE(client.read().text.size() == 100'000);
  });
  client.send_bytes(pipeline_of("GET big\r\n", 600));
  reader.join();
  CHECK(client.call({"PING"}).text == "PONG");
}

TEST_CASE("a client that leaves in the middle of its pipeline leaves nothing behind") {
  for (const int threads : {1, 2}) {
    Loopback server({}, threads);
    for (int i = 0; i < 20; ++i) {
      auto client = server.connect();
      client.send_bytes("INCR n\r\nMSET a 1 b 2 c 3\r\nINCR m\r\nDBSIZE\r\nINCR n\r\n*2\r\n$3");
    }
    CHECK(Loopback::eventually([&] { return server.numbers().closed == 20; }));
    CHECK(server.numbers().connections == 0);
    CHECK(server.connect().call({"PING"}).text == "PONG");
  }
}

TEST_CASE("four clients on two threads count together, with every command over both") {
  Loopback server({}, 2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&server] {
      auto client = server.connect();
      std::string pipeline;
      for (int i = 0; i < 20; ++i) {
        pipeline += "INCR n\r\nINCR m\r\nMSET x" + std::to_string(i) + " 1 y 2\r\nINCR n\r\n";
      }
      for (int round = 0; round < 20; ++round) {
        client.send_bytes(pipeline);
        std::int64_t last = 0;
        for (int i = 0; i < 20; ++i) {
          const auto first = client.read().integer();
          client.read();
          client.read();
          const auto second = client.read().integer();
          REQUIRE(first > last);
          REQUIRE(second > first);
          last = second;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto client = server.connect();
  CHECK(client.call({"GET", "n"}).text == "3200");
  CHECK(client.call({"GET", "m"}).text == "1600");
}

TEST_CASE("RESET is answered, whatever CLIENT REPLY has said") {
  Loopback server;
  auto client = server.connect();
  for (const char* mode : {"OFF", "SKIP"}) {
    client.send_bytes("CLIENT REPLY " + std::string(mode) + "\r\nRESET\r\nPING\r\n");
    CHECK(client.read().text == "RESET");
    CHECK(client.read().text == "PONG");
  }
  // Other commands that wait for those before them keep silent.
  client.send_bytes("CLIENT REPLY SKIP\r\nCONFIG GET port\r\nPING\r\n");
  CHECK(client.read().text == "PONG");
}

TEST_CASE("a bound on the size of a value holds at once, on every connection") {
  Options options;
  options.proto_max_bulk_len = 1 << 20;
  Loopback server(options);
  auto first = server.connect();
  auto second = server.connect();
  for (auto* const client : {&first, &second}) CHECK(client->call({"PING"}).text == "PONG");
  const std::string large(3 << 20, 'x');
  first.send_bytes("CONFIG SET proto-max-bulk-len 4mb\r\n*2\r\n$4\r\nECHO\r\n$3145728\r\n" + large +
                   "\r\nCONFIG SET proto-max-bulk-len 1mb\r\n");
  CHECK(first.read().text == "OK");
  CHECK(first.read().text == large);
  CHECK(first.read().text == "OK");
  for (auto* const client : {&first, &second}) {
    client->send_bytes("*2\r\n$4\r\nECHO\r\n$1048577\r\n");
    CHECK(client->read().text == "ERR Protocol error: invalid bulk length");
  }
}

TEST_CASE("an option holds for the requests behind CONFIG SET in the same write") {
  Loopback server;
  auto client = server.connect();
  client.send_bytes(
      "CONFIG SET maxmemory 1\r\nSET a 1\r\nCONFIG SET maxmemory 0\r\nSET a 1\r\n"
      "CONFIG SET requirepass x\r\nAUTH y\r\nAUTH x\r\n");
  CHECK(client.read().text == "OK");
  CHECK(client.read().text.starts_with("OOM"));
  CHECK(client.read().text == "OK");
  CHECK(client.read().text == "OK");
  CHECK(client.read().text == "OK");
  CHECK(client.read().text.starts_with("WRONGPASS"));
  CHECK(client.read().text == "OK");
}
