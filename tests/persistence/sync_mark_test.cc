// What a failed sync leaves to the process that comes after.
#include "persistence/sync_mark.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/persistence/log_lives.h"

using namespace countd;
using test::CrashDisk;
using test::lives_target;
using test::LogLives;
using Operation = test::CrashDisk::Operation;

namespace {

const std::string kMark = lives_target().path(persistence::kSyncMarkName);

/// Two cuts, of which the second one's sync fails.
void fail_a_sync(CrashDisk& disk, LogLives& lives) {
  REQUIRE(lives.begin());
  lives.cut();
  lives.drain();
  disk.fault = [](Operation operation, const std::string& path) {
    return operation == Operation::kSync && path.ends_with(".incr.aof") ? EIO : 0;
  };
  lives.cut();
  lives.drain();
  disk.fault = nullptr;
  REQUIRE(lives.failed());
}

}  // namespace

TEST_CASE("a failed sync leaves a mark, which goes when the log is complete again") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  fail_a_sync(disk, lives);
  CHECK(disk.has(kMark));
  lives.recover();
  CHECK(!lives.failed());
  CHECK(!disk.has(kMark));
}

TEST_CASE("a mark that the disk does not take at once is left with the next failure") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.drain();
  bool full = true;
  disk.fault = [&](Operation operation, const std::string& path) {
    if (full && operation == Operation::kCreate) return ENOSPC;
    return operation == Operation::kSync && path.ends_with(".incr.aof") ? EIO : 0;
  };
  lives.cut();
  lives.drain();
  CHECK(lives.failed());
  lives.start_rewrite();
  lives.drain();
  CHECK(!disk.has(kMark));
  full = false;
  lives.start_rewrite();
  lives.drain();
  CHECK(disk.has(kMark));
}

TEST_CASE("a start that finds a mark has an incomplete log, which a rewrite mends") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    CrashDisk disk{seed};
    LogLives lives{disk, seed, {}};
    fail_a_sync(disk, lives);
    disk.end_process();
    REQUIRE_MESSAGE(lives.begin(), lives.problem);
    CHECK(!lives.log().facts().complete);
    CHECK(!lives.log().facts().last_write_ok);
    lives.cut();
    lives.rewrite();
    CHECK(lives.log().facts().complete);
    CHECK(!disk.has(kMark));
    lives.cut();
    lives.drain();
    CHECK(lives.durable() == lives.epoch());
    disk.crash();
    disk.power_on();
    REQUIRE_MESSAGE(lives.begin(), lives.problem);
  }
}

TEST_CASE("a start after a failed sync writes nothing behind what the power may take") {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    for (const bool marked : {true, false}) {
      CAPTURE(seed);
      CrashDisk disk{seed};
      LogLives lives{disk, seed, {}};
      fail_a_sync(disk, lives);
      disk.end_process();
      if (!marked) REQUIRE(disk.remove(kMark).has_value());
      REQUIRE_MESSAGE(lives.begin(), lives.problem);
      lives.cut();
      lives.drain();
      disk.crash();
      disk.power_on();
      const bool begun = lives.begin();
      if (marked) REQUIRE_MESSAGE(begun, lives.problem);
      refused += begun ? 0 : 1;
    }
  }
  CHECK(refused > 10);  // without the mark: this is what it is for
}

TEST_CASE("a mark beside no log at all says nothing") {
  CrashDisk disk{1};
  disk.put("data/dump.rdb", "");
  REQUIRE(persistence::open_log(disk, lives_target()).has_value());
  disk.put(kMark, "");
  const auto opened = persistence::open_log(disk, lives_target());
  REQUIRE(opened.has_value());
  CHECK(!opened->sync_failed);
  CHECK(!disk.has(kMark));
}
