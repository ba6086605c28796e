#include "persistence/snapshot_loader.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/crc64.h"
#include "tests/persistence/faulty_disk.h"
#include "tests/persistence/snapshot_fixture.h"

using namespace countd;
using namespace std::string_literals;
using persistence::load_snapshot;
using persistence::LoadOptions;
using test::FaultyDisk;
using test::Shards;

namespace {

const std::string kPath = "d/dump.rdb";

persistence::SnapshotTarget target() {
  persistence::SnapshotTarget target;
  target.directory = "d";
  target.blocks.size = 2000;
  return target;
}

auto load(FaultyDisk& disk, const Shards& shards, LoadOptions options = {.now = 1000}) {
  return load_snapshot(disk, kPath, shards.all(), test::shard_of, options);
}

/// A file of Redis: a head, `body`, and the end.
std::string redis_file(const std::string& body, const std::string& magic = "REDIS0010") {
  std::string file = magic +
                     "\xFA\x09redis-ver\x06"
                     "7.0.15" +
                     body + "\xFF";
  const std::uint64_t crc = storage::rdb::crc64(0, file);
  return file.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

std::string load_error(const std::string& file, LoadOptions options = {.now = 1000}) {
  FaultyDisk disk;
  disk.files[kPath] = file;
  const Shards shards{1};
  const auto loaded = load(disk, shards, options);
  return loaded ? "" : loaded.error().what;
}

}  // namespace

TEST_CASE("what was saved is loaded, on any number of shards and under any seed") {
  for (const std::size_t saving : {1, 3}) {
    for (const std::size_t loading : {1, 2, 5}) {
      CAPTURE(saving);
      CAPTURE(loading);
      FaultyDisk disk;
      Shards original{saving, 11};
      test::fill_at_random(original, 5000, saving * 10 + loading);
      REQUIRE(test::save(original, disk, target()).ok);
      const Shards copy{loading, loading == 1 ? 11u : 99u};
      const auto loaded = load(disk, copy);
      REQUIRE(loaded.has_value());
      CHECK(loaded->keys == 5000);
      CHECK(loaded->bytes == disk.files[kPath].size());
      CHECK(copy.contents() == original.contents());
      for (std::size_t i = 0; i < loading; ++i) {
        CHECK(copy.all()[i]->size(0) > 0);
      }
    }
  }
}

TEST_CASE("a file without an index is loaded by one reader for all shards") {
  FaultyDisk disk;
  std::string body = "\xFE\x00\xFB\x43\xE8\x00"s;
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(10000 + i);
    body += "\x00\x06k"s + number + "\x05" + number;
  }
  // "other" holds 40 times 'a': one literal, then a match of 39 at distance 1.
  body +=
      "\xFE\x02\x00\x05other\xC3\x05\x28\x00"
      "a\xE0\x1E\x00"s;
  disk.files[kPath] = redis_file(body);
  for (const std::size_t count : {1, 4}) {
    const Shards shards{count};
    const auto loaded = load(disk, shards);
    REQUIRE(loaded.has_value());
    CHECK(loaded->keys == 1001);
    const auto seen = shards.contents();
    CHECK(seen.at({0, "k10999"}).value == "int 10999");
    CHECK(seen.at({2, "other"}).value == "embstr " + std::string(40, 'a'));
  }
}

TEST_CASE("entries that have expired are left out, the others keep their expiry") {
  FaultyDisk disk;
  Shards original{1};
  original.set(0, "gone", std::int64_t{1}, 5000);
  original.set(0, "stays", std::int64_t{2}, 5001);
  REQUIRE(test::save(original, disk, target()).ok);
  const Shards copy{1};
  const auto loaded = load(disk, copy, {.now = 5000});
  REQUIRE(loaded.has_value());
  CHECK(loaded->keys == 1);
  CHECK(loaded->expired == 1);
  CHECK(copy.contents() == test::Contents{{{0, "stays"}, {"int 2", 5001}}});
}

TEST_CASE("values of types not held refuse the file, naming the first and counting all") {
  const std::string body =
      "\xFE\x00\x00\x01"
      "a\x01"
      "b\x01\x02l1\x01\x01x\x01\x02l2\x01\x01y\x0B\x01s\x01z"s;
  CHECK(load_error(redis_file(body)) ==
        "d/dump.rdb: at offset 34: 3 values of types that countd does not hold (2 list, 1 set), "
        "the first is the list 'l1'; 'rdb-unsupported skip' leaves them out");
  FaultyDisk disk;
  disk.files[kPath] = redis_file(body);
  const Shards shards{2};
  const auto loaded = load(disk, shards, {.now = 1000, .skip_unsupported = true});
  REQUIRE(loaded.has_value());
  CHECK(loaded->keys == 1);
  CHECK(loaded->unsupported.at("list") == 2);
  CHECK(loaded->unsupported.at("set") == 1);
}

TEST_CASE("a key that occurs twice refuses the file") {
  CHECK(load_error(redis_file("\xFE\x00\x00\x01"
                              "a\x01x\x00\x01"
                              "a\x01y"s)) == "d/dump.rdb: at offset 34: the key 'a' occurs twice");
}

TEST_CASE("errors name the file and the offset") {
  CHECK(load_error("") == "d/dump.rdb: at offset 0: this is not an RDB file");
  CHECK(load_error(redis_file("\xFE\x10"s)) ==
        "d/dump.rdb: at offset 27: a database beyond the configured number of databases");
  std::string wrong = redis_file(
      "\xFE\x00\x00\x01"
      "a\x01x"s);
  wrong[33] = 'b';
  CHECK(load_error(wrong) ==
        "d/dump.rdb: at offset 35: the checksum does not fit the file's bytes");
}

TEST_CASE("a missing file is told apart from a damaged one") {
  FaultyDisk disk;
  const Shards shards{1};
  CHECK(load(disk, shards).error().missing);
  disk.files[kPath] = "x";
  CHECK(!load(disk, shards).error().missing);
}

TEST_CASE("an absurd announcement of keys takes no memory") {
  FaultyDisk disk;
  disk.files[kPath] = redis_file(
      "\xFE\x00\xFB\x81\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x01"
      "a\x01x"s);
  const Shards shards{1};
  REQUIRE(load(disk, shards).has_value());
  CHECK(shards.all()[0]->memory_bytes() < 1'000'000);
}

TEST_CASE("no flipped bit of a file with an index loads, on one shard or on several") {
  FaultyDisk disk;
  Shards original{2};
  original.set(0, "counter:1", std::int64_t{1});
  original.set(0, "text", std::string_view{"some text"}, 4'000'000'000'000);
  original.set(3, "counter:2", std::int64_t{100'000});
  REQUIRE(test::save(original, disk, target()).ok);
  const std::string file = disk.files[kPath];
  for (std::size_t bit = 0; bit < 8 * file.size(); bit += 3) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    disk.files[kPath] = flipped;
    const Shards copy{bit % 2 == 0 ? 1u : 3u};
    CHECK(!load(disk, copy).has_value());
  }
}

TEST_CASE("the hash seed of a file is found, and its absence too") {
  FaultyDisk disk;
  CHECK(!persistence::snapshot_hash_seed(disk, kPath));
  storage::rdb::FileWriter writer;
  storage::rdb::FileFacts facts;
  facts.hash_seed = 0x1234;
  disk.files[kPath] = writer.head(facts);
  disk.files[kPath] += writer.tail(true);
  CHECK(persistence::snapshot_hash_seed(disk, kPath) == 0x1234);
  disk.files[kPath] = redis_file("");
  CHECK(!persistence::snapshot_hash_seed(disk, kPath));
}
