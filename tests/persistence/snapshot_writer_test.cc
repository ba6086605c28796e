#include "persistence/snapshot_writer.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/file_layout.h"
#include "tests/persistence/faulty_disk.h"
#include "tests/persistence/snapshot_fixture.h"

using namespace countd;
using persistence::SnapshotResult;
using persistence::SnapshotTarget;
using persistence::SnapshotWriter;
using test::FaultyDisk;

namespace {

SnapshotTarget target() {
  SnapshotTarget target;
  target.directory = "d";
  target.blocks.size = 1000;
  return target;
}

/// Saves a few hundred entries over an old file; on failure the old file must be left as it was
/// and nothing else.
SnapshotResult save_over_old(FaultyDisk& disk) {
  test::Shards shards{2};
  test::fill_at_random(shards, 300, 7);
  disk.files["d/dump.rdb"] = "old";
  const SnapshotResult result = test::save(shards, disk, target());
  if (!result.ok) {
    CHECK(disk.files.size() == 1);
    CHECK(disk.files["d/dump.rdb"] == "old");
  }
  return result;
}

}  // namespace

TEST_CASE("a snapshot replaces the old file, is synced, and leaves no temporary file") {
  FaultyDisk disk;
  const SnapshotResult result = save_over_old(disk);
  CHECK(result.ok);
  CHECK(result.error.empty());
  CHECK(disk.syncs == 1);
  REQUIRE(disk.files.size() == 1);
  const std::string& file = disk.files["d/dump.rdb"];
  CHECK(result.bytes == file.size());
  const auto layout = storage::rdb::read_layout(file, 16);
  REQUIRE(layout.has_value());
  REQUIRE(layout->index.has_value());
  CHECK(layout->index->blocks.size() > 10);
}

TEST_CASE("short writes make the same file") {
  FaultyDisk disk;
  disk.longest_write = 7;
  CHECK(save_over_old(disk).ok);
  CHECK(storage::rdb::read_layout(disk.files["d/dump.rdb"], 16).has_value());
}

TEST_CASE("a full disk at any point fails the snapshot and leaves the old file alone") {
  FaultyDisk whole;
  const std::size_t size = save_over_old(whole).bytes;
  for (std::size_t capacity = 3; capacity < size + 3; capacity += 97) {
    FaultyDisk disk;
    disk.capacity = capacity;
    const SnapshotResult result = save_over_old(disk);
    CHECK(!result.ok);
    CHECK(result.error.ends_with("No space left on device"));
  }
}

TEST_CASE("a failed open, sync or rename fails the snapshot and leaves the old file alone") {
  for (bool FaultyDisk::* fault :
       {&FaultyDisk::create_fails, &FaultyDisk::sync_fails, &FaultyDisk::rename_fails}) {
    FaultyDisk disk;
    disk.*fault = true;
    const SnapshotResult result = save_over_old(disk);
    CHECK(!result.ok);
    CHECK(!result.error.empty());
    CHECK(disk.syncs <= 1);
  }
}

TEST_CASE("a directory that cannot be synced fails the snapshot: its rename may be lost") {
  FaultyDisk disk;
  disk.directory_sync_fails = true;
  test::Shards shards{1};
  CHECK(!test::save(shards, disk, target()).ok);
  CHECK(disk.files.size() == 1);
}

TEST_CASE("an abandoned snapshot fails with its reason and leaves the old file alone") {
  FaultyDisk disk;
  disk.files["d/dump.rdb"] = "old";
  SnapshotResult result;
  SnapshotWriter writer{disk, target(), 2, [&](const SnapshotResult& done) { result = done; }};
  writer.begin({});
  writer.shard(0).emit(0, "key", storage::ValueView{std::int64_t{1}}, storage::kNoExpiry);
  writer.finish(0);
  writer.abandon("FLUSHALL");
  CHECK(writer.failed());
  writer.shard(1).emit(0, "other", storage::ValueView{std::int64_t{1}}, storage::kNoExpiry);
  writer.finish(1);
  test::write_all(writer);
  CHECK(writer.step() == SnapshotWriter::Step::kOver);
  CHECK(!result.ok);
  CHECK(result.error == "FLUSHALL");
  CHECK(disk.files.size() == 1);
  CHECK(disk.files["d/dump.rdb"] == "old");
}

TEST_CASE("a writer waits for the cut and for every shard, and says when there is more to do") {
  using Step = SnapshotWriter::Step;
  FaultyDisk disk;
  int wakes = 0;
  SnapshotWriter writer{disk, target(), 2, [](const SnapshotResult&) {}, [&] { ++wakes; }};
  writer.finish(0);
  CHECK(writer.step() == Step::kWaits);
  CHECK(disk.files.empty());
  writer.begin({});
  CHECK(wakes == 1);
  CHECK(writer.step() == Step::kWorked);  // the head
  CHECK(writer.step() == Step::kWaits);
  writer.finish(1);
  CHECK(wakes == 2);
  test::write_all(writer);
  CHECK(disk.files.contains("d/dump.rdb"));
}

TEST_CASE("every step of a writer is at most one call to the disk, besides the removal") {
  FaultyDisk disk;
  SnapshotResult result;
  SnapshotWriter writer{disk, target(), 1, [&](const SnapshotResult& done) { result = done; }};
  writer.begin({});
  writer.finish(0);
  // Head, tail, sync, rename, sync of the directory.
  int steps = 0;
  while (writer.step() == SnapshotWriter::Step::kWorked) ++steps;
  CHECK(steps == 4);
  CHECK(result.ok);
}

TEST_CASE("what is queued is counted until it has been written") {
  FaultyDisk disk;
  SnapshotWriter writer{disk, target(), 1, [](const SnapshotResult&) {}};
  CHECK(writer.queued_bytes() == 0);
  for (int i = 0; i < 1000; ++i) {
    writer.shard(0).emit(0, "key" + std::to_string(i), storage::ValueView{std::int64_t{i}},
                         storage::kNoExpiry);
  }
  CHECK(writer.queued_bytes() > 5000);  // the head is not there yet: nothing may be written
  writer.begin({});
  writer.finish(0);
  test::write_all(writer);
  CHECK(writer.queued_bytes() == 0);
}

TEST_CASE("a large file is sent to the disk in steps, so that the sync has little left to do") {
  FaultyDisk disk;
  SnapshotTarget large = target();
  large.blocks = {.size = 256 << 10, .compress = false};
  SnapshotWriter writer{disk, large, 1, [](const SnapshotResult&) {}};
  writer.begin({});
  const storage::StringObject text{std::string(1 << 20, 'x')};
  for (int i = 0; i < 30; ++i) {
    writer.shard(0).emit(0, std::to_string(i), storage::ValueView{&text}, storage::kNoExpiry);
  }
  writer.finish(0);
  test::write_all(writer);
  CHECK(disk.files["d/dump.rdb"].size() > (30u << 20));
  CHECK(disk.left_to_sync < (5u << 20));
}

TEST_CASE("without checksum the file's CRC is 0") {
  FaultyDisk disk;
  SnapshotTarget unsummed = target();
  unsummed.checksum = false;
  test::Shards shards{1};
  CHECK(test::save(shards, disk, unsummed).ok);
  CHECK(disk.files["d/dump.rdb"].ends_with(std::string(8, '\0')));
}
