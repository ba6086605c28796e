// The room of the log's files: when it is cut off.
#include <doctest/doctest.h>

#include "tests/persistence/log_lives.h"

using namespace countd;
using persistence::LogPolicy;
using persistence::LogSync;
using test::CrashDisk;
using test::lives_target;
using test::LogLives;

namespace {

constexpr LogPolicy kWithRoom{.sync = LogSync::kAlways, .room = 5000};
const std::string kPath = lives_target().path("appendonly.aof.1.incr.aof");

/// A log with one frame and room behind it.
struct RoomyLog {
  RoomyLog() {
    REQUIRE(lives.begin());
    lives.cut();
    lives.drain();
    REQUIRE(disk.contents(kPath).size() > 5000);
  }
  CrashDisk disk{1};
  LogLives lives{disk, 1, {.policy = kWithRoom}};
};

}  // namespace

TEST_CASE("room is cut off when the log is closed, begins another file or syncs no more") {
  RoomyLog roomy;
  auto& log = roomy.lives.log();
  CHECK(log.facts().current_bytes < 4000);
  SUBCASE("closed") { log.push(persistence::CloseLog{}); }
  SUBCASE("another file") { log.push(persistence::StartIncrement{log.claim_base(), 1}); }
  SUBCASE("syncs no more") { log.push(LogPolicy{.sync = LogSync::kNo, .room = kWithRoom.room}); }
  roomy.lives.drain();
  CHECK(roomy.disk.contents(kPath).size() < 4000);
}

TEST_CASE("the room that a crash leaves is cut off by the next life") {
  RoomyLog roomy;
  roomy.disk.crash();
  roomy.disk.power_on();
  CHECK(roomy.disk.contents(kPath).size() > 5000);
  REQUIRE(roomy.lives.begin());
  CHECK(roomy.lives.epoch() == 1);
  roomy.lives.drain();
  CHECK(roomy.disk.contents(kPath).size() < 4000);
  CHECK(roomy.lives.log().facts().current_bytes < 4000);
}
