// Snapshots as the server runs them.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/server/in_process.h"
#include "tests/support/eventually.h"

using countd::test::Client;
using countd::test::eventually;
using countd::test::info_field;
using countd::test::InProcess;

namespace {

void fill(Client& client, int keys) {
  std::string pipeline;
  for (int i = 0; i < keys; ++i) pipeline += "SET key" + std::to_string(i) + " 1\r\n";
  client.send_bytes(pipeline);
  for (int i = 0; i < keys; ++i) client.read();
}

}  // namespace

TEST_CASE("a snapshot is one moment over all shards, however much is written meanwhile") {
  InProcess server(4);
  auto client = server.connect();
  fill(client, 20'000);
  // Pairs that are always written together, mostly on two shards.
  std::atomic<bool> stop{false};
  std::atomic<int> written{0};
  std::thread writer([&] {
    auto other = server.connect();
    while (!stop) {
      const auto value = std::to_string(written + 1);
      other.call({"MSET", "pair:a", value, "pair:b", value, "pair:c", value, "pair:d", value});
      ++written;
    }
  });
  // Before the first pair there would be nothing to find torn.
  CHECK(eventually([&] { return written > 0; }));
  for (int i = 0; i < 3; ++i) CHECK(client.call({"SAVE"}).text == "OK");
  stop = true;
  writer.join();
  server.stop();
  server.start();
  auto after = server.connect();
  const auto value = after.call({"GET", "pair:a"}).text;
  CHECK_FALSE(value.empty());
  for (const auto* const key : {"pair:b", "pair:c", "pair:d"}) {
    CHECK(after.call({"GET", key}).text == value);
  }
  CHECK(after.call({"DBSIZE"}).integer() == 20'004);
}

TEST_CASE("DEBUG RELOAD writes all, empties all and reads all") {
  for (const int threads : {1, 4}) {
    InProcess server(threads);
    auto client = server.connect();
    fill(client, 2000);
    CHECK(client.call({"PFADD", "hll", "a", "b", "c"}).integer() == 1);
    CHECK(client.call({"SET", "short", "x", "PX", "100000000"}).text == "OK");
    CHECK(client.call({"DEBUG", "RELOAD"}).text == "OK");
    CHECK(client.call({"DBSIZE"}).integer() == 2002);
    CHECK(client.call({"PFCOUNT", "hll"}).integer() == 3);
    CHECK(client.call({"PTTL", "short"}).integer() > 1'000'000);
    CHECK(client.call({"INCR", "key5"}).integer() == 2);
  }
}

TEST_CASE("one snapshot at a time; the status says how the last one ended") {
  InProcess server(2);
  auto client = server.connect();
  fill(client, 1000);
  CHECK(info_field(client, "rdb_changes_since_last_save") == "1000");
  CHECK(client.call({"BGSAVE"}).text == "Background saving started");
  CHECK(eventually([&] { return info_field(client, "rdb_bgsave_in_progress") == "0"; }));
  CHECK(info_field(client, "rdb_last_bgsave_status") == "ok");
  CHECK(info_field(client, "rdb_saves") == "1");
  CHECK(info_field(client, "rdb_changes_since_last_save") == "0");
  CHECK(std::filesystem::exists(server.file()));
}

TEST_CASE(
    "after a failed snapshot writes are refused until one succeeds, where save points are set") {
  InProcess server(2, [](countd::config::Options& options) { options.save = {{3600, 1'000'000}}; });
  auto client = server.connect();
  CHECK(client.call({"SET", "k", "1"}).text == "OK");
  const auto aside = server.folder().string() + ".aside";
  std::filesystem::rename(server.folder(), aside);
  CHECK(client.call({"SAVE"}).is_error());
  CHECK(info_field(client, "rdb_last_bgsave_status") == "err");
  CHECK(eventually([&] { return client.call({"INCR", "k"}).text.starts_with("MISCONF"); }));
  CHECK(client.call({"GET", "k"}).type == '$');
  std::filesystem::rename(aside, server.folder());
  CHECK(client.call({"SAVE"}).text == "OK");
  CHECK(eventually([&] { return !client.call({"INCR", "k"}).is_error(); }));
}

TEST_CASE("a save point that is reached starts a snapshot by itself") {
  InProcess server(2, [](countd::config::Options& options) { options.save = {{1, 10}}; });
  auto client = server.connect();
  fill(client, 20);
  CHECK(eventually([&] { return info_field(client, "rdb_saves") != "0"; }));
  CHECK(server.log().find("save point") != std::string::npos);
}

TEST_CASE("the end may come in the middle of a snapshot") {
  for (int round = 0; round < 3; ++round) {
    InProcess server(4);
    auto client = server.connect();
    fill(client, 30'000);
    client.call({"BGSAVE"});
    client.send({"SHUTDOWN", "NOSAVE"});
    CHECK(server.wait() == 0);
    server.start();
    const auto keys = server.connect().call({"DBSIZE"}).integer();
    CHECK((keys == 0 || keys == 30'000));
  }
}
