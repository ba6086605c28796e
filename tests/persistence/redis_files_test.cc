// Files go to Debian's redis-server and come from it: both must hold the same afterwards.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "persistence/snapshot_loader.h"
#include "storage/disk/real_disk.h"
#include "tests/persistence/snapshot_fixture.h"
#include "tests/support/server_process.h"

using namespace countd;

namespace {

std::string redis_in(const std::filesystem::path& folder) {
  return "redis-server --port {port} --bind 127.0.0.1 --save \"\" --enable-debug-command yes "
         "--dir " +
         folder.string();
}

/// Without sketches, which a Redis without modules refuses.
void fill_strings(test::Shards& shards, std::size_t entries) {
  std::mt19937_64 random{17};
  for (std::size_t i = 0; i < entries; ++i) {
    const int db = i % 7 == 0 ? 5 : 0;
    const std::string key = "key:" + std::to_string(i);
    const storage::Millis expiry =
        i % 3 == 0 ? 4'000'000'000'000 + static_cast<storage::Millis>(i) : storage::kNoExpiry;
    if (i % 2 == 0) {
      shards.set(db, key, static_cast<std::int64_t>(random() >> (random() % 64)), expiry);
      continue;
    }
    std::string text(random() % 300, '\0');
    for (char& byte : text) byte = static_cast<char>(random() % (1 + i % 256));
    shards.set(db, key, storage::value_of_text(text), expiry);
  }
}

/// Compares what Redis holds with what the shards hold, key by key.
void compare(test::Client& redis, const test::Shards& shards) {
  std::map<int, std::int64_t> sizes;
  int selected = 0;
  for (const auto& [where, seen] : shards.contents()) {
    const auto& [db, key] = where;
    if (db != selected) redis.call({"SELECT", std::to_string(db)});
    selected = db;
    ++sizes[db];
    const std::string text = seen.value.substr(seen.value.find(' ') + 1);
    CHECK(redis.call({"GET", key}).text == text);
    CHECK(redis.call({"PEXPIRETIME", key}).integer() == seen.expiry);
  }
  for (const auto& [db, size] : sizes) {
    redis.call({"SELECT", std::to_string(db)});
    CHECK(redis.call({"DBSIZE"}).integer() == size);
  }
}

}  // namespace

TEST_CASE("redis-check-rdb finds our file good, and redis-server starts from it with the same") {
  const test::TemporaryFolder folder;
  storage::RealDisk disk;
  persistence::SnapshotTarget target;
  target.directory = folder.path().string();
  target.blocks.size = 10'000;
  test::Shards shards{3};
  fill_strings(shards, 5000);
  REQUIRE(test::save(shards, disk, target).ok);
  const std::string check =
      "redis-check-rdb " + (folder.path() / "dump.rdb").string() + " > /dev/null";
  CHECK(std::system(check.c_str()) == 0);
  const test::ServerProcess redis{redis_in(folder.path())};
  test::Client client = redis.connect();
  compare(client, shards);
}

TEST_CASE("a file with sketches is good to redis-check-rdb") {
  const test::TemporaryFolder folder;
  storage::RealDisk disk;
  persistence::SnapshotTarget target;
  target.directory = folder.path().string();
  test::Shards shards{2};
  test::fill_at_random(shards, 3000, 23);
  REQUIRE(test::save(shards, disk, target).ok);
  const std::string check =
      "redis-check-rdb " + (folder.path() / "dump.rdb").string() + " > /dev/null";
  CHECK(std::system(check.c_str()) == 0);
}

TEST_CASE("a file of redis-server is loaded with the same, on one shard and on several") {
  const test::TemporaryFolder folder;
  const test::ServerProcess redis{redis_in(folder.path())};
  test::Client client = redis.connect();
  std::mt19937_64 random{29};
  for (int i = 0; i < 2000; ++i) {
    const std::string key = i % 3 == 0
                                ? std::to_string(i)
                                : "a-long-key-of-letters-aaaaaaaaaaaaaa:" + std::to_string(i);
    std::string text = std::to_string(static_cast<std::int64_t>(random() >> (random() % 64)));
    if (i % 2 == 0) text.assign(random() % 200, static_cast<char>('a' + i % 26));
    client.call({"SET", key, text});
    if (i % 5 == 0) client.call({"PEXPIREAT", key, std::to_string(4'000'000'000'000 + i)});
  }
  for (int i = 0; i < 3000; ++i)
    client.call({"PFADD", i % 50 == 0 ? "sparse" : "dense", std::to_string(i)});
  client.call({"SELECT", "9"});
  client.call({"SET", "gone", "1", "PXAT", "1000"});
  client.call({"SET", "other", "database"});
  CHECK(client.call({"SAVE"}).text == "OK");
  client.call({"DEL", "gone"});  // DBSIZE counts it until Redis gets round to it
  client.call({"SELECT", "0"});

  storage::RealDisk disk;
  for (const std::size_t count : {1, 4}) {
    const test::Shards shards{count, 5, 2000};
    const auto loaded = persistence::load_snapshot(disk, (folder.path() / "dump.rdb").string(),
                                                   shards.all(), test::shard_of, {.now = 2000});
    REQUIRE(loaded.has_value());
    CHECK(loaded->keys == 2003);
    compare(client, shards);
    client.call({"SELECT", "0"});
  }
}

TEST_CASE("every type that redis-server 7.0 writes is passed over") {
  const test::TemporaryFolder folder;
  const test::ServerProcess redis{redis_in(folder.path())};
  test::Client client = redis.connect();
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    client.call({"RPUSH", "long-list", "element " + n});
    client.call({"SADD", "large-set", "member " + n});
    client.call({"HSET", "large-hash", "field " + n, n});
    client.call({"ZADD", "large-zset", n, "member " + n});
    client.call({"SADD", "intset", n});
    client.call({"XADD", "stream", n + "-1", "field", n});
  }
  client.call({"RPUSH", "huge-element", std::string(10'000, 'x')});
  client.call({"ZADD", "infinite", "inf", "a", "-inf", "b", "1.5", "c"});
  client.call({"HSET", "small-hash", "f", "v"});
  client.call({"XGROUP", "CREATE", "stream", "group", "0"});
  client.call({"XREADGROUP", "GROUP", "group", "alice", "COUNT", "10", "STREAMS", "stream", ">"});
  client.call({"XDEL", "stream", "5-1"});
  client.call({"FUNCTION", "LOAD",
               "#!lua name=lib\nredis.register_function('f', function() return 1 end)"});
  client.call({"SET", "counter", "77"});
  CHECK(client.call({"SAVE"}).text == "OK");

  storage::RealDisk disk;
  const std::string path = (folder.path() / "dump.rdb").string();
  const test::Shards shards{1};
  persistence::LoadOptions options{.now = 1000, .skip_unsupported = true};
  const auto loaded = persistence::load_snapshot(disk, path, shards.all(), test::shard_of, options);
  REQUIRE(loaded.has_value());
  CHECK(loaded->keys == 1);
  CHECK(loaded->unsupported.at("list") == 2);
  CHECK(loaded->unsupported.at("set") == 2);
  CHECK(loaded->unsupported.at("hash") == 2);
  CHECK(loaded->unsupported.at("zset") == 2);
  CHECK(loaded->unsupported.at("stream") == 1);
  CHECK(shards.contents().at({0, "counter"}).value == "int 77");
}
