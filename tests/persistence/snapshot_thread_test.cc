#include "persistence/snapshot_thread.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/persistence/faulty_disk.h"

using namespace countd;
using persistence::SnapshotResult;
using persistence::SnapshotThread;
using test::FaultyDisk;

TEST_CASE("a thread writes what the shards bring, while they bring it") {
  FaultyDisk disk;
  SnapshotResult result;
  persistence::SnapshotTarget target;
  target.blocks.size = 100;
  SnapshotThread thread{disk, target, 1, [&](const SnapshotResult& done) { result = done; }};
  thread.writer().begin({});
  for (int i = 0; i < 1000; ++i) {
    thread.writer().shard(0).emit(0, "key" + std::to_string(i), storage::ValueView{std::int64_t{i}},
                                  storage::kNoExpiry);
  }
  thread.writer().finish(0);
  thread.wait();
  CHECK(result.ok);
  CHECK(result.seconds > 0);
  CHECK(disk.files.contains("./dump.rdb"));
  CHECK(thread.writer().queued_bytes() == 0);
}

TEST_CASE("a thread that is destroyed before the cut gives the snapshot up") {
  FaultyDisk disk;
  bool called = false;
  {
    SnapshotThread thread{disk, {}, 1, [&](const SnapshotResult& done) {
                            called = true;
                            CHECK(!done.ok);
                          }};
  }
  CHECK(called);
  CHECK(disk.files.empty());
}

TEST_CASE("a snapshot that is given up ends its thread") {
  FaultyDisk disk;
  SnapshotResult result;
  SnapshotThread thread{disk, {}, 2, [&](const SnapshotResult& done) { result = done; }};
  thread.writer().begin({});
  thread.writer().finish(0);
  thread.writer().abandon("FLUSHALL");
  thread.wait();
  CHECK(!result.ok);
  CHECK(result.error == "FLUSHALL");
  CHECK(disk.files.empty());
}
