#include "server/replay.h"

#include <doctest/doctest.h>

#include <memory>

#include "commands/checked_out.h"
#include "tests/support/words.h"

using namespace countd;

namespace {

struct Replaying {
  explicit Replaying(std::size_t shards = 3) {
    options.databases = 4;
    for (std::size_t i = 0; i < shards; ++i) {
      owned.push_back(std::make_unique<storage::Keyspace>(
          storage::KeyspaceOptions{.databases = 4, .hash_seed = 5, .random_seed = i}));
      keys.push_back(owned.back().get());
    }
    replay = std::make_unique<server::Replay>(keys, table, options, 5);
  }
  std::string operator()(std::string_view line) {
    const auto words = test::split_words(line);
    const std::vector<std::string_view> views(words.begin(), words.end());
    return replay->run(views);
  }
  std::size_t size(int db) const {
    std::size_t sum = 0;
    for (const auto* each : keys) sum += each->size(db);
    return sum;
  }

  config::Options options;
  commands::CommandTable table;
  std::vector<std::unique_ptr<storage::Keyspace>> owned;
  std::vector<storage::Keyspace*> keys;
  std::unique_ptr<server::Replay> replay;
};

}  // namespace

TEST_CASE("commands run on the shard of their key and in the database that was chosen") {
  Replaying log;
  for (int i = 0; i < 100; ++i) CHECK(log("SET key:" + std::to_string(i) + " 1").empty());
  CHECK(log("SELECT 2").empty());
  CHECK(log("incrby key:1 5").empty());
  CHECK(log.size(0) == 100);
  CHECK(log.size(2) == 1);
  for (const auto* each : log.keys) CHECK(each->size(0) > 10);
  CHECK(log("RENAME key:1 other").empty());
  CHECK(log("MSET a 1 b 2 c 3 d 4").empty());
  CHECK(log.size(2) == 5);
  CHECK(log("SWAPDB 0 2").empty());
  CHECK(log.size(0) == 5);
  CHECK(log("FLUSHALL").empty());
  CHECK(log.size(0) + log.size(2) == 0);
}

TEST_CASE("what has expired since is still there: later commands speak of it") {
  Replaying log;
  CHECK(log("SET a 1 PXAT 5000").empty());
  CHECK(log("INCR a").empty());
  CHECK(log("PERSIST a").empty());
  CHECK(log("SET b 1 PXAT 5000").empty());
  CHECK(log.size(0) == 2);
  for (auto* each : log.keys) each->begin_turn(1'700'000'000'000);
  auto& shard = *log.keys[static_cast<std::size_t>(commands::key_shard("a", 3))];
  CHECK(shard.read(shard.key("a", 0)).value.integer() == 2);
  auto& other = *log.keys[static_cast<std::size_t>(commands::key_shard("b", 3))];
  CHECK_FALSE(other.read(other.key("b", 0)).exists);
}

TEST_CASE("what cannot be run is said in words") {
  Replaying log;
  CHECK(log("LPUSH a b") == "unknown command 'LPUSH'");
  CHECK(log("INCR") == "wrong number of arguments for 'INCR'");
  CHECK(log("SELECT 4") == "SELECT 4: there are 4 databases (option databases)");
  CHECK(log("SELECT -1") == "SELECT -1: there are 4 databases (option databases)");
  CHECK(log("SELECT x") == "SELECT x: there are 4 databases (option databases)");
  CHECK(log("PING") == "'PING' changes no data and has no place in a log");
  CHECK(log("CONFIG SET dir /tmp") == "'CONFIG' changes no data and has no place in a log");
  CHECK(log("SHUTDOWN") == "'SHUTDOWN' changes no data and has no place in a log");
}

TEST_CASE(
    "a command that answers an error did so when it was told: it is noted, and the log goes on") {
  Replaying log;
  CHECK(log("SET a text").empty());
  CHECK(log.replay->failures() == 0);
  CHECK(log("INCR a").empty());
  CHECK(log("PFADD a x").empty());
  CHECK(log.replay->failures() == 2);
  CHECK(log.replay->first_failure() == "'INCR': ERR value is not an integer or out of range");
  CHECK(log("INCR b").empty());
  CHECK(log.size(0) == 2);
}
