// Append logs that go from one server to the other: a random load on one, and the same data in the
// other that starts from its directory.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/eventually.h"
#include "tests/support/server_process.h"

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using countd::test::Client;
using countd::test::eventually;
using countd::test::redis_command;
using countd::test::server_command;
using countd::test::ServerProcess;
using countd::test::Words;

namespace {

constexpr const char* kManifest = "appendonlydir/appendonly.aof.manifest";

std::string digest(Client& client) { return client.call({"DEBUG", "DIGEST"}).text; }

// Everything that both servers write to their logs in ways of their own.
class RandomLoad {
 public:
  explicit RandomLoad(std::uint64_t seed) : random_(seed) {}

  void run(Client& client, int commands) {
    for (int sent = 0; sent < commands; sent += 50) {
      for (int i = 0; i < 50; ++i) client.send(next());
      for (int i = 0; i < 50; ++i) client.read();
    }
  }

 private:
  Words next() {
    const auto n = std::to_string(random_() % 1'000'000);
    switch (random_() % 24) {
      case 0:
      case 1:
      case 2:
        return {"INCR", key()};
      case 3:
        return {"INCRBY", key(), n};
      case 4:
        return {"DECRBY", key(), n};
      case 5:
        return {"SET", key(), "text " + n + std::string(random_() % 100, 'x')};
      case 6:
        return {"SET", key(), n, "EX", std::to_string(100000 + random_() % 1000)};
      case 7:
        return {"PEXPIRE", key(), std::to_string(100'000'000 + random_() % 1000)};
      case 8:
        return {"PERSIST", key()};
      case 9:
        return {"PFADD", "visitors:" + std::to_string(random_() % 5), n, "again"};
      case 10:
        return {"PFMERGE", "visitors:all", "visitors:1", "visitors:2"};
      case 11:
        return {"DEL", key(), key()};
      case 12:
        return {"RENAME", key(), key()};
      case 13:
        return {"COPY", key(), key(), "DB", db(), "REPLACE"};
      case 14:
        return {"MOVE", key(), db()};
      case 15:
        return {"APPEND", key(), n};
      case 16:
        return {"SETRANGE", key(), std::to_string(random_() % 50), "\r\n\xff" + n};
      case 17:
        return {"MSET", key(), n, key(), "b", key(), "-" + n};
      case 18:
        return {"GETDEL", key()};
      case 19:
        return {"SELECT", db()};
      case 20:
        return {"INCRBYFLOAT", key(), "0.25"};
      case 21:
        return random_() % 50 == 0 ? Words{"FLUSHDB"} : Words{"SWAPDB", db(), db()};
      case 22:
        return {"EXPIREAT", key(), "1"};  // long past: gone at once
      default:
        return {"GETSET", key(), n};
    }
  }

  std::string key() { return "key:" + std::to_string(random_() % 300); }
  std::string db() { return std::to_string(random_() % 3); }

  std::mt19937_64 random_;
};

void rewrite(Client& client) {
  const auto state = [&client](const char* line) {
    return client.call({"INFO", "persistence"}).text.find(line) != std::string::npos;
  };
  CHECK_FALSE(client.call({"BGREWRITEAOF"}).is_error());
  CHECK(eventually(
      [&] { return state("aof_rewrite_in_progress:0") && state("aof_rewrite_scheduled:0"); }));
  CHECK(state("aof_last_bgrewrite_status:ok"));
}

// A load, a rewrite in the middle of it, and the digest at the end, all of it durable.
std::string fill(const ServerProcess& server, std::uint64_t seed, bool rewrites) {
  auto client = server.connect();
  RandomLoad load(seed);
  load.run(client, 3000);
  if (rewrites) {
    rewrite(client);
    load.run(client, 3000);
  }
  return digest(client);
}

// Redis 7.0 has no WAITAOF: there the end is a SIGTERM.
void wait_until_durable(const ServerProcess& server) {
  CHECK(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
}

void hand_over(const ServerProcess& from, const ServerProcess& to) {
  fs::remove_all(to.folder() / "appendonlydir");
  fs::copy(from.folder() / "appendonlydir", to.folder() / "appendonlydir");
}

bool check_aof(const ServerProcess& server) {
  const auto command =
      "redis-check-aof " + (server.folder() / kManifest).string() + " > /dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

std::string logged(const std::string& settings) {
  return server_command("--save \"\" --appendonly yes " + settings);
}

std::string redis_logged(const std::string& settings = "") {
  return redis_command() + " --appendonly yes " + settings;
}

}  // namespace

TEST_CASE("Redis starts from a log of ours, however we ended, and has the same data") {
  std::uint64_t seed = 1;
  for (const int end : {SIGTERM, SIGKILL}) {
    for (const bool rewrites : {false, true}) {
      for (const auto* fsync : {"everysec", "always"}) {
        CAPTURE(end);
        CAPTURE(rewrites);
        const std::string preamble = seed % 3 == 0 ? "yes" : "no";
        ServerProcess ours(logged("--aof-timestamp-enabled yes --aof-use-rdb-preamble " + preamble +
                                  " --appendfsync " + fsync));
        const auto before = fill(ours, ++seed, rewrites);
        if (end == SIGKILL) wait_until_durable(ours);
        ours.stop(end);
        CHECK(check_aof(ours));
        ServerProcess redis(redis_logged());
        redis.stop(SIGTERM);
        hand_over(ours, redis);
        redis.start();
        auto theirs = redis.connect();
        CHECK(digest(theirs) == before);
        ours.start();
        auto again = ours.connect();
        CHECK(digest(again) == before);
      }
    }
  }
}

TEST_CASE("we start from a log of Redis, with a snapshot in it or without, and go on with it") {
  std::uint64_t seed = 100;
  for (const auto* preamble : {"yes", "no"}) {
    for (const bool rewrites : {false, true}) {
      for (const auto* timestamps : {"yes", "no"}) {
        CAPTURE(preamble);
        CAPTURE(rewrites);
        ServerProcess redis(redis_logged(std::string("--aof-use-rdb-preamble ") + preamble +
                                         " --aof-timestamp-enabled " + timestamps));
        const auto before = fill(redis, ++seed, rewrites);
        redis.stop(SIGTERM);
        ServerProcess ours(logged(""));
        ours.stop(SIGKILL);
        hand_over(redis, ours);
        ours.start();
        {
          auto client = ours.connect();
          CHECK(digest(client) == before);
        }
        // Our increment behind theirs.
        const auto after = fill(ours, ++seed, false);
        wait_until_durable(ours);
        ours.stop(SIGKILL);
        CHECK(check_aof(ours));
        hand_over(ours, redis);
        redis.start();
        auto theirs = redis.connect();
        CHECK(digest(theirs) == after);
        ours.start();
        auto client = ours.connect();
        CHECK(digest(client) == after);
        rewrite(client);
        CHECK(digest(client) == after);
        ours.stop(SIGKILL);
        ours.start();
        auto again = ours.connect();
        CHECK(digest(again) == after);
      }
    }
  }
}

TEST_CASE("a log begins with the snapshot that is there") {
  for (const bool of_redis : {false, true}) {
    CAPTURE(of_redis);
    std::string before;
    ServerProcess ours(logged(""));
    ours.stop(SIGTERM);
    fs::remove_all(ours.folder() / "appendonlydir");
    {
      ServerProcess source(of_redis ? redis_command() : server_command("--save \"\""));
      before = fill(source, 7, false);
      CHECK(source.connect().call({"SAVE"}).text == "OK");
      fs::copy_file(source.folder() / "dump.rdb", ours.folder() / "dump.rdb");
    }
    ours.start();
    {
      auto client = ours.connect();
      CHECK(digest(client) == before);
    }
    // From now on the log says what there is.
    fs::remove(ours.folder() / "dump.rdb");
    ours.stop(SIGKILL);
    CHECK(check_aof(ours));
    ours.start();
    auto client = ours.connect();
    CHECK(digest(client) == before);
  }
}

TEST_CASE("what expires while the server is down is gone when it is back") {
  ServerProcess server(logged("--appendfsync everysec"));
  std::chrono::steady_clock::time_point renewed_passed;
  {
    auto client = server.connect();
    for (int i = 0; i < 100; ++i) {
      client.call({"SET", "short:" + std::to_string(i), "1", "PX", "400"});
      client.call({"SET", "long:" + std::to_string(i), "1", "EX", "100000"});
    }
    client.call({"SET", "renewed", "1", "PX", "5000"});
    renewed_passed = std::chrono::steady_clock::now() + 5s;
    client.call({"SET", "counted", "1", "PX", "100000"});
    wait_until_durable(server);
    REQUIRE(client.call({"PERSIST", "renewed"}).integer() == 1);
    client.call({"INCR", "counted"});
    wait_until_durable(server);
  }
  server.stop(SIGKILL);
  std::this_thread::sleep_until(renewed_passed);
  server.start();
  for (int round = 0; round < 2; ++round) {
    auto client = server.connect();
    CHECK(client.call({"GET", "short:7"}).null);
    CHECK(client.call({"GET", "long:7"}).text == "1");
    CHECK(client.call({"TTL", "long:7"}).integer() > 90000);
    // The log tells first of a lifetime that has passed, then of its end.
    CHECK(client.call({"GET", "renewed"}).text == "1");
    CHECK(client.call({"TTL", "renewed"}).integer() == -1);
    CHECK(client.call({"GET", "counted"}).text == "2");
    CHECK(client.call({"PTTL", "counted"}).integer() > 0);
    // Emptied by its expiry, a counter begins anew, and the log knows it.
    CHECK(client.call({"INCR", "short:7"}).integer() == 1);
    CHECK(client.call({"TTL", "short:7"}).integer() == -1);
    CHECK(client.call({"DEL", "short:7"}).integer() == 1);
    CHECK(eventually([&] { return client.call({"DBSIZE"}).integer() <= 102; }));
    wait_until_durable(server);
    server.stop(SIGKILL);
    server.start();
  }
}
