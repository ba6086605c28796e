// A log written here is good to Debian's redis-check-aof, and redis-server starts from it with the
// same state; a log that redis-server wrote is read here with the same.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "storage/disk/real_disk.h"
#include "storage/log/frame_format.h"
#include "storage/log/manifest.h"
#include "storage/rdb/file_writer.h"
#include "tests/storage/log/sample_log.h"
#include "tests/support/server_process.h"

using namespace countd;
using namespace countd::storage::log;

namespace {

constexpr std::string_view kName = "appendonly.aof";

class Appendonly {
 public:
  Appendonly() { REQUIRE(disk.create_directory(path("")).has_value()); }

  [[nodiscard]] std::string path(std::string_view name) const {
    return (folder.path() / "appendonlydir" / name).string();
  }
  void write(std::string_view name, std::string_view bytes) {
    auto file = disk.create(path(name));
    REQUIRE(file.has_value());
    REQUIRE((*file)->write(bytes).has_value());
  }
  std::string read(std::string_view name) { return std::string{(*disk.read(path(name)))->bytes()}; }
  [[nodiscard]] bool is_good_to_redis() const {
    const std::string command = "redis-check-aof " + path(manifest_name(kName)) + " > /dev/null";
    return std::system(command.c_str()) == 0;
  }
  [[nodiscard]] std::string server(std::string_view further = "") const {
    return "redis-server --port {port} --bind 127.0.0.1 --save \"\" --appendonly yes --dir " +
           folder.path().string() + std::string{further};
  }

  test::TemporaryFolder folder;
  storage::RealDisk disk;
};

std::string base_of_one_key() {
  storage::rdb::FileWriter writer;
  std::string file = writer.head({});
  storage::rdb::BlockWriter entries{{}, [&](const storage::rdb::Block& block) {
                                      writer.add(block);
                                      file += block.bytes();
                                    }};
  entries.emit(0, "of-the-base", storage::ValueView{std::int64_t{41}}, storage::kNoExpiry);
  entries.flush();
  return file + writer.tail(true);
}

void compare(test::Client redis, const std::map<std::string, std::string>& entries) {
  std::map<std::string, std::int64_t> sizes;
  for (const auto& [where, value] : entries) {
    const std::size_t blank = where.find(' ');
    redis.call({"SELECT", where.substr(0, blank)});
    ++sizes[where.substr(0, blank)];
    CHECK(redis.call({"GET", where.substr(blank + 1)}).text == value);
  }
  for (const auto& [db, size] : sizes) {
    redis.call({"SELECT", db});
    CHECK(redis.call({"DBSIZE"}).integer() == size);
  }
}

bool has_redis() { return std::system("command -v redis-server redis-check-aof > /dev/null") == 0; }

}  // namespace

TEST_CASE("redis-check-aof finds our log good, and redis-server starts from it with the same") {
  if (!has_redis()) return;
  for (const bool with_base : {false, true}) {
    Appendonly log;
    const auto first = test::sample_log(3, true, with_base ? 200'000 : 0);
    Manifest manifest;
    auto expected = first.states.back();
    if (with_base) {
      manifest.base = LogFile{base_name(kName, 1), 1};
      log.write(manifest.base->name, base_of_one_key());
      expected["0 of-the-base"] = "41";
    }
    manifest.increments = {{increment_name(kName, 1), 1}, {"the \"second\" one.aof", 2}};
    log.write(manifest.increments[0].name, first.bytes);
    log.write(manifest.increments[1].name, std::string{kHeadLine} + "##\n#\n");
    log.write(manifest_name(kName), manifest.text());
    CHECK(log.is_good_to_redis());
    const test::ServerProcess redis{log.server()};
    compare(redis.connect(), expected);
  }
}

TEST_CASE("redis-check-aof finds a flipped bit in our manifest only if it is of its own form") {
  if (!has_redis()) return;
  Appendonly log;
  Manifest manifest;
  manifest.increments = {{increment_name(kName, 1), 1}};
  log.write(manifest.increments[0].name, test::sample_log(2, false).bytes);
  log.write(manifest_name(kName), manifest.text() + "x");
  CHECK(!log.is_good_to_redis());
  CHECK(!parse_manifest(manifest.text() + "x").has_value());
}

TEST_CASE("a log that redis-server wrote is read with the same, before and after a rewrite") {
  if (!has_redis()) return;
  Appendonly log;
  test::ServerProcess redis{log.server(" --aof-timestamp-enabled yes --appendfsync always")};
  test::Client client = redis.connect();
  client.call({"SET", "counter", "1"});
  client.call({"MULTI"});
  client.call({"SET", "a", "2"});
  client.call({"SET", "b", "3"});
  client.call({"EXEC"});
  client.call({"SELECT", "3"});
  client.call({"SET", "other", "4"});
  client.call({"DEL", "none"});
  auto manifest = parse_manifest(log.read(manifest_name(kName)));
  REQUIRE(manifest.has_value());
  REQUIRE(manifest->increments.size() == 1);
  CHECK(manifest->base->name == base_name(kName, 1));
  CHECK(manifest->increments[0].name == increment_name(kName, 1));
  const auto seen = test::replay(log.read(manifest->increments[0].name));
  CHECK(seen.end.what == "");
  CHECK(seen.end.last_time > 1'700'000'000'000);
  CHECK(seen.entries == std::map<std::string, std::string>{
                            {"0 a", "2"}, {"0 b", "3"}, {"0 counter", "1"}, {"3 other", "4"}});
  client.call({"BGREWRITEAOF"});
  for (int i = 0; i < 600 && manifest->last_base_sequence() < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    manifest = parse_manifest(log.read(manifest_name(kName)));
    REQUIRE(manifest.has_value());
  }
  CHECK(manifest->last_base_sequence() == 2);
  CHECK(manifest->last_increment_sequence() == 2);
  // But for the last line, what Redis wrote is what we write of it.
  const std::string ours = manifest->text();
  CHECK(log.read(manifest_name(kName)) == ours.substr(0, ours.find("#CRC32C")));
}
