// Starting, stopping, saving and starting again; and files that go from one server to the other.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/server_process.h"

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using countd::test::Client;
using countd::test::redis_command;
using countd::test::server_command;
using countd::test::ServerProcess;

namespace {

void fill(Client& client, int keys) {
  for (int i = 0; i < keys; ++i) {
    const auto n = std::to_string(i);
    client.send({"SET", "counter:" + n, n});
    client.send({"SET", "text:" + n, "text number " + n + std::string(i % 200, 'x')});
    client.send({"SET", "mortal:" + n, n, "EX", std::to_string(100000 + i)});
    client.send({"PFADD", "visitors:" + std::to_string(i % 20), n, "again"});
  }
  client.send({"SELECT", "5"});
  client.send({"SET", "in five", "5"});
  client.send({"SELECT", "0"});
  for (int i = 0; i < keys * 4 + 3; ++i) REQUIRE_FALSE(client.read().is_error());
}

std::string digest(Client& client) { return client.call({"DEBUG", "DIGEST"}).text; }

bool exited_well(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

bool check_rdb(const fs::path& file) {
  const auto command = "redis-check-rdb " + file.string() + " > " + file.string() + ".check 2>&1";
  return std::system(command.c_str()) == 0;
}

}  // namespace

TEST_CASE("SIGTERM ends with a snapshot if save asks for one, and a restart holds the data") {
  for (const int signal : {SIGTERM, SIGINT}) {
    ServerProcess server(server_command("--save \"3600 1\""));
    std::string before;
    {
      auto client = server.connect();
      fill(client, 2000);
      before = digest(client);
    }
    CHECK(exited_well(server.stop(signal)));
    CHECK(check_rdb(server.folder() / "dump.rdb"));
    server.start();
    auto client = server.connect();
    CHECK(digest(client) == before);
    CHECK(client.call({"GET", "counter:1999"}).text == "1999");
    const auto left = client.call({"TTL", "mortal:7"}).integer();
    CHECK(left > 99000);
    CHECK(left <= 100007);
    CHECK(client.call({"SELECT", "5"}).text == "OK");
    CHECK(client.call({"GET", "in five"}).text == "5");
  }
}

TEST_CASE("without save points nothing is written on the way out") {
  ServerProcess server(server_command("--save \"\""));
  server.connect().call({"SET", "a", "1"});
  CHECK(exited_well(server.stop(SIGTERM)));
  CHECK_FALSE(fs::exists(server.folder() / "dump.rdb"));
  server.start();
  CHECK(server.connect().call({"DBSIZE"}).integer() == 0);
  server.connect().call({"SET", "a", "1"});
  auto client = server.connect();
  client.send({"SHUTDOWN", "SAVE"});
  CHECK(client.closes_within(20s));
  for (int i = 0; i < 1000 && server.running(); ++i) std::this_thread::sleep_for(10ms);
  CHECK_FALSE(server.running());
  CHECK(fs::exists(server.folder() / "dump.rdb"));
  server.start();
  CHECK(server.connect().call({"GET", "a"}).text == "1");
}

TEST_CASE("a kill while saving leaves the last snapshot whole") {
  ServerProcess server(server_command("--save \"\""));
  std::string before;
  {
    auto client = server.connect();
    fill(client, 3000);
    REQUIRE(client.call({"SAVE"}).text == "OK");
    before = digest(client);
  }
  for (int round = 0; round < 5; ++round) {
    {
      auto client = server.connect();
      for (int i = 0; i < 2000; ++i) client.send({"INCR", "counter:" + std::to_string(i)});
      for (int i = 0; i < 2000; ++i) client.read();
      client.call({"BGSAVE"});
      std::this_thread::sleep_for(std::chrono::milliseconds(round));
    }
    server.stop(SIGKILL);
    CHECK(check_rdb(server.folder() / "dump.rdb"));
    server.start();
    auto client = server.connect();
    CHECK(client.call({"DBSIZE"}).integer() == 9020);
    // Either snapshot is fine, a mixture is not.
    const auto one = std::stoll(client.call({"GET", "counter:0"}).text);
    const auto other = std::stoll(client.call({"GET", "counter:1999"}).text);
    CHECK(one == other - 1999);
  }
}

TEST_CASE("snapshots go from countd to Redis and back with values and lifetimes") {
  ServerProcess ours(server_command("--save \"\""));
  ServerProcess redis(redis_command());
  std::string before;
  {
    auto client = ours.connect();
    fill(client, 3000);
    before = digest(client);
    REQUIRE(client.call({"SAVE"}).text == "OK");
  }
  REQUIRE(check_rdb(ours.folder() / "dump.rdb"));
  redis.stop(SIGKILL);
  fs::copy_file(ours.folder() / "dump.rdb", redis.folder() / "dump.rdb",
                fs::copy_options::overwrite_existing);
  redis.start();
  auto mine = ours.connect();
  auto theirs = redis.connect();
  CHECK(digest(theirs) == before);
  for (const auto* key : {"counter:7", "text:150", "mortal:1", "visitors:3", "in five"}) {
    CHECK(mine.call({"DEBUG", "DIGEST-VALUE", key}) == theirs.call({"DEBUG", "DIGEST-VALUE", key}));
    CHECK(mine.call({"PEXPIRETIME", key}) == theirs.call({"PEXPIRETIME", key}));
  }
  CHECK(theirs.call({"PFADD", "visitors:3", "another"}).integer() == 1);
  CHECK(theirs.call({"INCR", "counter:7"}).integer() == 8);
  REQUIRE(theirs.call({"SAVE"}).text == "OK");
  const auto changed = digest(theirs);
  ours.stop(SIGKILL);
  fs::copy_file(redis.folder() / "dump.rdb", ours.folder() / "dump.rdb",
                fs::copy_options::overwrite_existing);
  ours.start();
  auto again = ours.connect();
  CHECK(digest(again) == changed);
  CHECK(again.call({"PFCOUNT", "visitors:3"}) == theirs.call({"PFCOUNT", "visitors:3"}));
}

TEST_CASE("a damaged snapshot is refused and left alone") {
  ServerProcess server(server_command("--save \"\""));
  {
    auto client = server.connect();
    fill(client, 200);
    REQUIRE(client.call({"SAVE"}).text == "OK");
  }
  server.stop(SIGKILL);
  const auto file = server.folder() / "dump.rdb";
  const auto size = fs::file_size(file);
  {
    std::fstream damaged(file, std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(static_cast<std::streamoff>(size / 2));
    damaged.put('\x7e');
    damaged.seekp(static_cast<std::streamoff>(size / 2 + 1));
    damaged.put('\x01');
  }
  CHECK_THROWS_AS(server.start(), std::runtime_error);
  CHECK_FALSE(server.running());
  CHECK(fs::file_size(file) == size);
}
