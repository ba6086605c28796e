#include "persistence/snapshot_retention.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "persistence/snapshot_writer.h"
#include "storage/rdb/file_writer.h"
#include "tests/persistence/crash_disk.h"

using namespace countd;
using persistence::SnapshotRetention;
using test::CrashDisk;
using Names = std::vector<std::string>;

namespace {

constexpr std::int64_t kFirst = 1'700'000'000;

std::string snapshot(std::int64_t made_seconds) {
  storage::rdb::FileWriter writer;
  storage::rdb::FileFacts facts;
  facts.created_seconds = made_seconds;
  const std::string head{writer.head(facts)};
  return head + std::string{writer.tail(true)};
}

/// As the server saves; the error, or empty.
persistence::SnapshotResult save(CrashDisk& disk, std::int64_t made_seconds, std::size_t keep,
                                 int* remains = nullptr) {
  persistence::SnapshotTarget target;
  target.directory = "d";
  target.keep = keep;
  if (remains != nullptr) {
    target.remains = [remains](const auto& left) { *remains += left != nullptr ? 1 : 0; };
  }
  persistence::SnapshotResult outcome;
  persistence::SnapshotWriter writer(
      disk, target, 0, [&](const persistence::SnapshotResult& result) { outcome = result; });
  storage::rdb::FileFacts facts;
  facts.created_seconds = made_seconds;
  writer.begin(facts);
  while (writer.step() != persistence::SnapshotWriter::Step::kOver) {
  }
  return outcome;
}

std::string kept(int n) { return "dump-20231114T2213" + std::to_string(20 + n) + "Z.rdb"; }

}  // namespace

TEST_CASE(
    "former snapshots stay under their times, the newest of them, and the last under its name") {
  CrashDisk disk{1};
  disk.put("d/other-20231114T221320Z.rdb", "not ours");
  for (int n = 0; n < 5; ++n) {
    const auto result = save(disk, kFirst + n, 2);
    CHECK(result.ok);
    CHECK(result.not_kept.empty());
  }
  CHECK(*disk.list("d") == Names{kept(2), kept(3), "dump.rdb", "other-20231114T221320Z.rdb"});
  CHECK(disk.contents("d/" + kept(3)) == snapshot(kFirst + 3));
  CHECK(disk.contents("d/dump.rdb") == snapshot(kFirst + 4));
  // Fewer are wanted: the next one brings them down. None: what there is stays.
  CHECK(save(disk, kFirst + 5, 1).ok);
  CHECK(*disk.list("d") == Names{kept(4), "dump.rdb", "other-20231114T221320Z.rdb"});
  CHECK(save(disk, kFirst + 6, 0).ok);
  CHECK(*disk.list("d") == Names{kept(4), "dump.rdb", "other-20231114T221320Z.rdb"});
}

TEST_CASE("what a snapshot replaces and what is kept no longer is handed over to be freed") {
  CrashDisk disk{1};
  disk.put("d/x", "");
  disk.remains = [](const std::string&) { return std::make_unique<storage::Remains>(); };
  int remains = 0;
  CHECK(save(disk, kFirst, 1, &remains).ok);
  CHECK(remains == 0);
  CHECK(save(disk, kFirst + 1, 1, &remains).ok);
  CHECK(remains == 1);
  CHECK(save(disk, kFirst + 2, 1, &remains).ok);
  CHECK(remains == 3);
}

TEST_CASE("two snapshots of one second are no fault") {
  CrashDisk disk{1};
  disk.put("d/x", "");
  for (int i = 0; i < 3; ++i) CHECK(save(disk, kFirst, 5).not_kept.empty());
  CHECK(*disk.list("d") == Names{kept(0), "dump.rdb", "x"});
}

TEST_CASE(
    "what does not say when it was made is not kept, and the new snapshot is made all the same") {
  CrashDisk disk{1};
  for (const std::string bytes : {"", "no snapshot", "REDIS0009"}) {
    disk.put("d/dump.rdb", bytes);
    const auto result = save(disk, kFirst, 5);
    CHECK(result.ok);
    CHECK(result.not_kept == "d/dump.rdb does not say when it was made");
    CHECK(*disk.list("d") == Names{"dump.rdb"});
  }
}

TEST_CASE("a disk without second names makes snapshots and says that none is kept") {
  CrashDisk disk{1};
  disk.put("d/dump.rdb", snapshot(kFirst));
  disk.fault = [](CrashDisk::Operation operation, const std::string&) {
    return operation == CrashDisk::Operation::kLink ? EPERM : 0;
  };
  const auto result = save(disk, kFirst + 1, 5);
  CHECK(result.ok);
  CHECK(result.not_kept.starts_with("link d/"));
  CHECK(disk.contents("d/dump.rdb") == snapshot(kFirst + 1));
}

TEST_CASE(
    "a crash at any moment leaves a whole snapshot, and the former one if it leaves the new") {
  std::uint64_t operations = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    for (std::uint64_t at = 1; at <= std::max<std::uint64_t>(operations, 1) + 1; ++at) {
      CAPTURE(seed);
      CAPTURE(at);
      CrashDisk disk{seed};
      disk.put("d/dump.rdb", snapshot(kFirst));
      const auto before = disk.operations();
      disk.crash_at(before + at);
      static_cast<void>(save(disk, kFirst + 1, 1));
      if (!disk.down()) operations = disk.operations() - before;
      if (!disk.down()) disk.crash();
      disk.power_on();
      REQUIRE(disk.has("d/dump.rdb"));
      if (disk.contents("d/dump.rdb") == snapshot(kFirst)) continue;
      CHECK(disk.contents("d/dump.rdb") == snapshot(kFirst + 1));
      REQUIRE(disk.has("d/" + kept(0)));
      CHECK(disk.contents("d/" + kept(0)) == snapshot(kFirst));
    }
    if (seed == 0) {
      // The whole way, to know how long it is.
      CrashDisk disk{seed};
      disk.put("d/dump.rdb", snapshot(kFirst));
      const auto before = disk.operations();
      CHECK(save(disk, kFirst + 1, 1).ok);
      operations = disk.operations() - before;
      CHECK(operations > 5);
    }
  }
}

TEST_CASE("temporary files of processes that have ended go, and nothing else") {
  CrashDisk disk{1};
  for (const auto* name : {"temp-1-1.rdb", "temp-2-1.rdb", "temp-2-17.rdb", "temp-2.rdb",
                           "dump.rdb", "temp-2-1.rdb.bak"}) {
    disk.put(std::string("d/") + name, "x");
  }
  const auto swept = persistence::sweep_temporary_snapshots(
      disk, "d", [](std::int64_t process) { return process == 1; });
  CHECK(swept == Names{"temp-2-1.rdb", "temp-2-17.rdb"});
  CHECK(*disk.list("d") == Names{"dump.rdb", "temp-1-1.rdb", "temp-2-1.rdb.bak", "temp-2.rdb"});
  CHECK(persistence::sweep_temporary_snapshots(disk, "nowhere", [](std::int64_t) {
          return false;
        }).empty());
}
