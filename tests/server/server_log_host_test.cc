// The append log in a whole server: switched on and off, rewritten, waited for.
#include "server/server_log_host.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/server/in_process.h"
#include "tests/support/eventually.h"

using countd::test::Client;
using countd::test::eventually;
using countd::test::info_field;
using countd::test::InProcess;

namespace {

void fill(Client& client, int keys) {
  std::string pipeline;
  for (int i = 0; i < keys; ++i) pipeline += "INCR key" + std::to_string(i) + "\r\n";
  client.send_bytes(pipeline);
  for (int i = 0; i < keys; ++i) client.read();
}

std::int64_t durable(Client& client) {
  return client.call({"WAITAOF", "1", "0", "0"}).items.at(0).integer();
}

}  // namespace

TEST_CASE("the log is switched on with counts already there, and off again") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    auto client = server.connect();
    fill(client, 2000);
    CHECK(client.call({"WAITAOF", "1", "0", "0"}).is_error());
    CHECK(client.call({"CONFIG", "SET", "appendonly", "yes"}).text == "OK");
    CHECK(eventually([&] { return info_field(client, "aof_enabled") == "1"; }));
    fill(client, 10);
    CHECK(durable(client) == 1);
    CHECK(client.call({"CONFIG", "SET", "appendonly", "no"}).text == "OK");
    CHECK(eventually([&] { return info_field(client, "aof_enabled") == "0"; }));
    fill(client, 10);  // nobody writes these down
    CHECK(client.call({"CONFIG", "SET", "appendonly", "yes"}).text == "OK");
    CHECK(eventually([&] { return info_field(client, "aof_enabled") == "1"; }));
    CHECK(durable(client) == 1);
    server.stop();
    server.change([](countd::config::Options& options) { options.appendonly = true; });
    server.start();
    REQUIRE(server.error().empty());
    auto after = server.connect();
    CHECK(after.call({"DBSIZE"}).integer() == 2000);
    CHECK(after.call({"GET", "key5"}).text == "3");
    CHECK(after.call({"GET", "key50"}).text == "1");
  }
}

TEST_CASE("with always an answer means that it is on disk, also while it is rewritten") {
  for (const int threads : {1, 4}) {
    InProcess server(threads, [](countd::config::Options& options) {
      options.appendonly = true;
      options.appendfsync = countd::config::AppendFsync::kAlways;
    });
    auto client = server.connect();
    fill(client, 500);
    CHECK(client.call({"BGREWRITEAOF"}).text == "Background append only file rewriting started");
    for (int i = 0; i < 50; ++i) CHECK(client.call({"INCR", "a"}).integer() == i + 1);
    CHECK(eventually([&] { return info_field(client, "aof_rewrite_in_progress") == "0"; }));
    CHECK(info_field(client, "aof_last_bgrewrite_status") == "ok");
    CHECK(durable(client) == 1);
    server.stop();
    server.start();
    auto after = server.connect();
    CHECK(after.call({"DBSIZE"}).integer() == 501);
    CHECK(after.call({"GET", "a"}).text == "50");
  }
}

TEST_CASE("the policy changes while replies wait: none is lost") {
  InProcess server(2, [](countd::config::Options& options) {
    options.appendonly = true;
    options.appendfsync = countd::config::AppendFsync::kAlways;
  });
  auto client = server.connect();
  auto other = server.connect();
  for (int i = 0; i < 30; ++i) {
    client.send({"INCR", "a"});
    const auto* policy = i % 3 == 0 ? "everysec" : i % 3 == 1 ? "no" : "always";
    CHECK(other.call({"CONFIG", "SET", "appendfsync", policy}).text == "OK");
    CHECK(client.read().integer() == i + 1);
  }
}

TEST_CASE("an end right after the log was switched on or off leaves one that has everything") {
  for (const int threads : {1, 4}) {
    for (const auto* last : {"yes", "no"}) {
      CAPTURE(threads);
      CAPTURE(last);
      InProcess server(threads);
      {
        auto client = server.connect();
        fill(client, 3000);
        CHECK(client.call({"CONFIG", "SET", "appendonly", "yes"}).text == "OK");
        fill(client, 1000);
        if (std::string(last) == "no") {
          CHECK(eventually([&] { return info_field(client, "aof_enabled") == "1"; }));
          CHECK(durable(client) == 1);
          fill(client, 2000);
          CHECK(client.call({"CONFIG", "SET", "appendonly", "no"}).text == "OK");
          CHECK(eventually([&] { return info_field(client, "aof_enabled") == "0"; }));
        }
      }
      server.stop();
      server.change([](countd::config::Options& options) { options.appendonly = true; });
      server.start();
      REQUIRE(server.error().empty());
      auto after = server.connect();
      const bool off = std::string(last) == "no";
      CHECK(after.call({"DBSIZE"}).integer() == 3000);
      CHECK(after.call({"GET", "key999"}).text == (off ? "3" : "2"));
      CHECK(after.call({"GET", "key1999"}).text == (off ? "2" : "1"));
      CHECK(after.call({"GET", "key2999"}).text == "1");
    }
  }
}

TEST_CASE("the limit of what waits for the log is shown, and changes while the server runs") {
  InProcess server(1, [](countd::config::Options& options) { options.appendonly = true; });
  auto client = server.connect();
  CHECK(info_field(client, "aof_buffer_limit") == std::to_string(64 << 20));
  CHECK(client.call({"CONFIG", "SET", "append-log-queue-limit", "1mb"}).text == "OK");
  CHECK(info_field(client, "aof_buffer_limit") == std::to_string(1 << 20));
  CHECK(client.call({"CONFIG", "SET", "append-log-queue-limit", "0"}).is_error());
  fill(client, 100);
  CHECK(durable(client) == 1);
  CHECK(info_field(client, "aof_buffer_length") == "0");
}
