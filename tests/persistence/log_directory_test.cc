#include "persistence/log_directory.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/persistence/crash_disk.h"

using namespace countd;
using persistence::AppendLogTarget;
using persistence::open_log;
using storage::log::Manifest;
using test::CrashDisk;

namespace {

const AppendLogTarget kTarget{"d/log", "aof"};

Manifest some_manifest() {
  Manifest manifest;
  manifest.base = {"aof.2.base.rdb", 2};
  manifest.increments = {{"aof.3.incr.aof", 3}, {"aof.4.incr.aof", 4}};
  manifest.history = {{"aof.1.base.rdb", 1}};
  return manifest;
}

void put_log(CrashDisk& disk) {
  disk.put("d/log/aof.manifest", some_manifest().text());
  for (const char* name :
       {"aof.1.base.rdb", "aof.2.base.rdb", "aof.3.incr.aof", "aof.4.incr.aof"}) {
    disk.put(kTarget.path(name), "12345");
  }
}

std::string refusal(CrashDisk& disk) {
  std::vector<std::string> before = *disk.list(kTarget.directory);
  std::erase(before, persistence::kLogLockName);
  const auto opened = open_log(disk, kTarget);
  REQUIRE(!opened.has_value());
  std::vector<std::string> after = *disk.list(kTarget.directory);
  std::erase(after, persistence::kLogLockName);
  CHECK(after == before);
  return opened.error().what;
}

}  // namespace

TEST_CASE("a new directory gets a manifest before anything else") {
  CrashDisk disk{1};
  disk.put("d/x", "");
  {
    const auto opened = open_log(disk, kTarget);
    REQUIRE(opened.has_value());
    CHECK(opened->empty());
    CHECK(*disk.list("d/log") == std::vector<std::string>{"aof.manifest", "countd.lock"});
  }
  disk.put("d/log/aof.1.incr.aof", "of a log that was never published");
  const auto again = open_log(disk, kTarget);
  REQUIRE(again.has_value());
  CHECK(again->empty());
  CHECK(again->removed == std::vector<std::string>{"aof.1.incr.aof"});
}

TEST_CASE("an existing log is found with its size") {
  CrashDisk disk{1};
  put_log(disk);
  const auto opened = open_log(disk, kTarget);
  REQUIRE(opened.has_value());
  CHECK(!opened->empty());
  CHECK(opened->manifest.text() == some_manifest().text());
  CHECK(opened->bytes == 15);
  CHECK(opened->removed.empty());
  CHECK(opened->lock != nullptr);
}

TEST_CASE("a second server is refused while the first one runs") {
  CrashDisk disk{1};
  put_log(disk);
  {
    const auto first = open_log(disk, kTarget);
    REQUIRE(first.has_value());
    const auto second = open_log(disk, kTarget);
    REQUIRE(!second.has_value());
    CHECK(second.error().what ==
          "Another server uses the append log in d/log. Stop it, or give this one its own 'dir' "
          "or 'appenddirname'.");
  }
  CHECK(open_log(disk, kTarget).has_value());
}

TEST_CASE("what a crash left over is removed, and nothing else") {
  CrashDisk disk{1};
  put_log(disk);
  const std::vector<std::string> leftovers = {"aof.3.base.rdb", "aof.5.incr.aof", "aof.17.incr.aof",
                                              "temp-12-3.rdb", "temp-aof.manifest"};
  const std::vector<std::string> others = {"aof.1.incr.aof",  "aof.5.incr.aof.gz", "aof.x.base.rdb",
                                           "aof.5x.incr.aof", "other.9.incr.aof",  "temp-12.rdb",
                                           "temp-a-3.rdb",    "notes.txt",         "dump.rdb"};
  for (const auto& names : {leftovers, others}) {
    for (const std::string& name : names) disk.put(kTarget.path(name), "x");
  }
  const auto opened = open_log(disk, kTarget);
  REQUIRE(opened.has_value());
  CHECK(opened->removed == std::vector<std::string>{"aof.17.incr.aof", "aof.3.base.rdb",
                                                    "aof.5.incr.aof", "temp-12-3.rdb",
                                                    "temp-aof.manifest"});
  for (const std::string& name : leftovers) CHECK(!disk.has(kTarget.path(name)));
  for (const std::string& name : others) CHECK(disk.has(kTarget.path(name)));
  for (const char* name : {"aof.1.base.rdb", "aof.2.base.rdb", "aof.3.incr.aof"}) {
    CHECK(disk.has(kTarget.path(name)));
  }
}

TEST_CASE("a lost manifest refuses the log") {
  CrashDisk disk{1};
  put_log(disk);
  REQUIRE(disk.remove("d/log/aof.manifest").has_value());
  CHECK(refusal(disk) ==
        "d/log/aof.manifest is missing, but aof.1.base.rdb is there. Restore the manifest from a "
        "backup, or move the directory away to start without its counts.");
}

TEST_CASE("a manifest that cannot be read, or names a file that is not there, refuses the log") {
  CrashDisk disk{1};
  put_log(disk);
  disk.put("d/log/temp-aof.manifest", "x");
  REQUIRE(disk.remove("d/log/aof.3.incr.aof").has_value());
  CHECK(refusal(disk) ==
        "d/log/aof.3.incr.aof is missing, though the manifest names it. Restore it from a backup, "
        "or move the directory away to start without its counts.");
  disk.put("d/log/aof.manifest", "file aof.2.base.rdb seq 2 type q\n");
  CHECK(refusal(disk).starts_with("d/log/aof.manifest: line 1: "));
  disk.put("d/log/aof.manifest", "");
  CHECK(!refusal(disk).empty());
}

TEST_CASE("no flipped bit of a manifest is taken for another manifest") {
  const std::string text = some_manifest().text();
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    CrashDisk disk{1};
    put_log(disk);
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    disk.put("d/log/aof.manifest", flipped);
    const auto opened = open_log(disk, kTarget);
    if (opened) CHECK(opened->manifest.text() == text);
  }
}

TEST_CASE("a directory that cannot be made or used is said, with its path") {
  CrashDisk disk{1};
  CHECK(open_log(disk, kTarget).error().what ==
        "create d/log: No such file or directory. The append log needs this directory: make it, "
        "or change 'dir' or 'appenddirname'.");
  disk.put("d/x", "");
  disk.fault = [](CrashDisk::Operation operation, const std::string&) {
    return operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
  };
  CHECK(open_log(disk, kTarget).error().what ==
        "write d/log/temp-aof.manifest: No space left on device. The append log in d/log cannot "
        "be used before this is put right.");
}
