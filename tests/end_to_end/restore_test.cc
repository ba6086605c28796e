// Back to an earlier state: a log cut at a point in time, and snapshots that are kept.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/server_process.h"

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using countd::test::Client;
using countd::test::command_from;
using countd::test::redis_command;
using countd::test::server_command;
using countd::test::ServerProcess;

namespace {

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Returns in the second after this one; the last full one.
std::int64_t next_second() {
  const auto second = now_seconds();
  while (now_seconds() <= second) std::this_thread::sleep_for(5ms);
  return second;
}

int exit_code(const std::string& command) {
  const int status = std::system((command + " > /dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void wait_until_durable(Client& client) {
  CHECK(client.call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
}

void rewrite(Client& client) {
  CHECK_FALSE(client.call({"BGREWRITEAOF"}).is_error());
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto state = client.call({"INFO", "persistence"}).text;
    if (state.find("aof_rewrite_in_progress:0") != state.npos) return;
    std::this_thread::sleep_for(10ms);
  }
  FAIL("the rewrite does not end");
}

std::string logged(const std::string& settings) {
  return server_command("--save \"\" --appendonly yes --aof-timestamp-enabled yes " + settings);
}

void expect_earlier(Client& client) {
  CHECK(client.call({"GET", "a"}).text == "7");
  CHECK(client.call({"GET", "gone later"}).text == "here");
  CHECK(client.call({"EXISTS", "made later"}).integer() == 0);
  CHECK(client.call({"DBSIZE"}).integer() == 2);
}

}  // namespace

TEST_CASE("the state of a moment is had back from a log with timestamps, by both servers") {
  for (const bool rewritten : {false, true}) {
    CAPTURE(rewritten);
    ServerProcess server(logged("--appendfsync always"));
    auto client = server.connect();
    CHECK(client.call({"INCRBY", "a", "5"}).integer() == 5);
    if (rewritten) rewrite(client);
    CHECK(client.call({"INCRBY", "a", "2"}).integer() == 7);
    CHECK(client.call({"SET", "gone later", "here"}).text == "OK");
    const auto moment = next_second();
    CHECK(client.call({"INCR", "a"}).integer() == 8);
    CHECK(client.call({"DEL", "gone later"}).integer() == 1);
    CHECK(client.call({"SET", "made later", "1"}).text == "OK");
    wait_until_durable(client);
    server.stop(SIGKILL);

    const auto log = (server.folder() / "appendonlydir").string();
    CHECK(exit_code(command_from("COUNTD_CHECK") + " " + log) == 0);
    for (const bool of_redis : {false, true}) {
      CAPTURE(of_redis);
      ServerProcess restored(of_redis ? redis_command() + " --appendonly yes" : logged(""));
      restored.stop(SIGKILL);
      const auto output = (restored.folder() / "appendonlydir").string();
      fs::remove_all(output);
      const auto restore = command_from("COUNTD_CHECK") + " --until " + std::to_string(moment) +
                           " --output " + output + " " + log;
      CHECK(exit_code(restore) == 0);
      restored.start();
      auto earlier = restored.connect();
      expect_earlier(earlier);
      CHECK(earlier.call({"INCR", "a"}).integer() == 8);
    }
    // The log that was read is as it was.
    server.start();
    auto again = server.connect();
    CHECK(again.call({"GET", "a"}).text == "8");
    CHECK(again.call({"GET", "made later"}).text == "1");
  }
}

TEST_CASE("a moment before the log's base is refused") {
  ServerProcess server(logged("--appendfsync always"));
  auto client = server.connect();
  CHECK(client.call({"INCR", "a"}).integer() == 1);
  const auto moment = next_second();
  rewrite(client);
  server.stop(SIGTERM);
  const auto output = server.folder() / "restored";
  CHECK(exit_code(command_from("COUNTD_CHECK") + " --until " + std::to_string(moment) +
                  " --output " + output.string() + " " +
                  (server.folder() / "appendonlydir").string()) == 1);
  CHECK_FALSE(fs::exists(output / "appendonly.aof.manifest"));
}

TEST_CASE("a former snapshot is had back under its time, and Redis reads it") {
  ServerProcess server(server_command("--save \"\" --snapshot-keep 2"));
  auto client = server.connect();
  std::vector<std::string> states;
  for (int i = 0; i < 4; ++i) {
    client.call({"INCR", "a"});
    client.call({"SET", "state:" + std::to_string(i), "x"});
    CHECK(client.call({"SAVE"}).text == "OK");
    states.push_back(client.call({"DEBUG", "DIGEST"}).text);
    next_second();
  }
  std::vector<fs::path> kept;
  for (const auto& file : fs::directory_iterator(server.folder())) {
    if (file.path().filename().string().starts_with("dump-")) kept.push_back(file.path());
  }
  std::sort(kept.begin(), kept.end());
  REQUIRE(kept.size() == 2);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(exit_code("redis-check-rdb " + kept[i].string()) == 0);
    for (const bool of_redis : {false, true}) {
      ServerProcess other(of_redis ? redis_command() : server_command("--save \"\""));
      other.stop(SIGKILL);
      fs::copy_file(kept[i], other.folder() / "dump.rdb", fs::copy_options::overwrite_existing);
      other.start();
      CHECK(other.connect().call({"DEBUG", "DIGEST"}).text == states[i + 1]);
    }
  }
}

TEST_CASE("what a kill left of a snapshot is removed at the next start") {
  ServerProcess server(server_command("--save \"\""));
  const auto gone = server.pid();
  auto client = server.connect();
  CHECK(client.call({"INCR", "a"}).integer() == 1);
  CHECK(client.call({"SAVE"}).text == "OK");
  server.stop(SIGKILL);
  const auto mine = server.folder() / ("temp-" + std::to_string(::getpid()) + "-1.rdb");
  const auto left = server.folder() / ("temp-" + std::to_string(gone) + "-1.rdb");
  std::ofstream(mine) << "a snapshot that is being written";
  std::ofstream(left) << "a snapshot that nobody will end";
  server.start();
  CHECK(fs::exists(mine));
  CHECK_FALSE(fs::exists(left));
  CHECK(server.connect().call({"GET", "a"}).text == "1");
}
