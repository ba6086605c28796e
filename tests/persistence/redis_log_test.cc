// Logs go to Debian's redis-server and come from it: both must hold the same afterwards.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "persistence/append_log_thread.h"
#include "persistence/log_directory.h"
#include "persistence/log_loader.h"
#include "storage/disk/real_disk.h"
#include "tests/persistence/snapshot_fixture.h"
#include "tests/support/server_process.h"

using namespace countd;
using persistence::AppendLogTarget;
using persistence::AppendLogThread;

namespace {

std::string redis_in(const std::filesystem::path& folder, const std::string& options = {}) {
  return "redis-server --port {port} --bind 127.0.0.1 --save \"\" --appendonly yes --dir " +
         folder.string() + " " + options;
}

AppendLogTarget target_in(const std::filesystem::path& folder) {
  return {(folder / "appendonlydir").string(), "appendonly.aof"};
}

persistence::FramePointer frame(std::uint64_t epoch, const std::string& key,
                                const std::string& value) {
  const auto bulk = [](const std::string& word) {
    return "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  };
  storage::log::Frame frame;
  frame.epoch = epoch;
  frame.time = 1'700'000'000'000;
  frame.commands = 2;
  frame.pieces = {"*2\r\n" + bulk("SELECT") + bulk("0"),
                  "*3\r\n" + bulk("SET") + bulk(key) + bulk(value)};
  return std::make_shared<const storage::log::Frame>(std::move(frame));
}

persistence::AppendLogEvents events() {
  persistence::AppendLogEvents events;
  events.durable = [](std::uint64_t) {};
  events.failed = [](const std::string& error) { FAIL_CHECK(error); };
  events.recovered = [] {};
  events.rewrite_ended = [](bool ok, const std::string&) { CHECK(ok); };
  return events;
}

/// Counters set by frames, on top of what a base brought.
struct Loaded {
  std::map<std::string, std::string> set;
  persistence::LoadedLog log;
  std::string problem;
};
Loaded load(const std::filesystem::path& folder, const test::Shards& shards) {
  Loaded result;
  storage::RealDisk disk;
  const auto opened = persistence::open_log(disk, target_in(folder));
  if (!opened) return {{}, {}, opened.error().what};
  persistence::LogLoad load;
  load.target = target_in(folder);
  load.manifest = opened->manifest;
  load.shards = shards.all();
  load.shard_of = test::shard_of;
  const auto loaded = persistence::load_log(disk, load, [&](auto words) -> std::string {
    if (words[0] == "SET") result.set[std::string{words[1]}] = words[2];
    return words[0] == "SET" || words[0] == "SELECT" ? "" : "unknown command";
  });
  if (!loaded) return {{}, {}, loaded.error().what};
  result.log = *loaded;
  return result;
}

}  // namespace

TEST_CASE("redis-check-aof finds a rewritten log good, and redis-server starts from it") {
  const test::TemporaryFolder folder;
  const AppendLogTarget target = target_in(folder.path());
  storage::RealDisk disk;
  const auto opened = persistence::open_log(disk, target);
  REQUIRE(opened.has_value());
  test::Shards shards{2};
  shards.set(0, "based", std::int64_t{41});
  {
    AppendLogThread thread{disk, target, {}, events()};
    persistence::LogPolicy policy;
    policy.timestamps = true;
    thread.push(policy);
    thread.push(persistence::StartIncrement{});
    thread.push(frame(1, "before", "1"));
    const auto base = thread.log().claim_base();
    thread.push(persistence::StartIncrement{base, 1});
    thread.push(frame(2, "after", "2"));
    persistence::SnapshotTarget snapshot;
    snapshot.directory = target.directory;
    snapshot.file_name = base.name;
    REQUIRE(test::save(shards, disk, snapshot).ok);
    thread.push(persistence::PublishBase{base});
    thread.push(frame(3, "after", "3"));
    thread.close();
    CHECK(thread.log().facts().rewrites == 1);
  }
  CHECK(*disk.list(target.directory) ==
        std::vector<std::string>{"appendonly.aof.1.base.rdb", "appendonly.aof.2.incr.aof",
                                 "appendonly.aof.manifest", "countd.lock"});
  const std::string check = "redis-check-aof " + target.manifest_path() + " > /dev/null";
  CHECK(std::system(check.c_str()) == 0);
  test::ServerProcess redis{redis_in(folder.path())};
  test::Client client = redis.connect();
  CHECK(client.call({"GET", "based"}).text == "41");
  CHECK(client.call({"GET", "after"}).text == "3");
  CHECK(client.call({"DBSIZE"}).integer() == 2);
}

TEST_CASE("a log of redis-server is loaded with the same, and goes on in an increment of ours") {
  for (const char* preamble : {"yes", "no"}) {
    const test::TemporaryFolder folder;
    {
      test::ServerProcess redis{
          redis_in(folder.path(), std::string{"--aof-use-rdb-preamble "} + preamble)};
      test::Client client = redis.connect();
      client.call({"SET", "based", "41"});
      client.call({"BGREWRITEAOF"});
      while (client.call({"INFO", "persistence"}).text.find("aof_base_size:0\r\n") !=
                 std::string::npos ||
             client.call({"INFO", "persistence"}).text.find("rewrite_in_progress:1") !=
                 std::string::npos) {
      }
      client.call({"SET", "behind", "42"});
      redis.stop(SIGTERM);
    }
    const test::Shards shards{2};
    Loaded loaded = load(folder.path(), shards);
    REQUIRE_MESSAGE(loaded.problem.empty(), loaded.problem);
    CHECK(loaded.set["behind"] == "42");
    CHECK(shards.contents().size() == (preamble == std::string_view{"yes"} ? 1 : 0));
    CHECK(loaded.set.contains("based") == (preamble == std::string_view{"no"}));

    storage::RealDisk disk;
    {
      const auto opened = persistence::open_log(disk, target_in(folder.path()));
      REQUIRE(opened.has_value());
      AppendLogThread thread{
          disk, target_in(folder.path()), {opened->manifest, opened->bytes, {}, true}, events()};
      thread.push(persistence::StartIncrement{});
      thread.push(frame(1, "ours", "43"));
    }
    const test::Shards again{1};
    loaded = load(folder.path(), again);
    REQUIRE_MESSAGE(loaded.problem.empty(), loaded.problem);
    CHECK(loaded.set["behind"] == "42");
    CHECK(loaded.set["ours"] == "43");
    CHECK(loaded.log.last_epoch == 1);

    test::ServerProcess redis{redis_in(folder.path())};
    test::Client client = redis.connect();
    CHECK(client.call({"GET", "based"}).text == "41");
    CHECK(client.call({"GET", "ours"}).text == "43");
  }
}
