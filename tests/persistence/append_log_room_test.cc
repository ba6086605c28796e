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

}  // namespace

TEST_CASE("room is cut off when the log is closed, begins another file or syncs no more") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {.policy = kWithRoom}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.drain();
  REQUIRE(disk.contents(kPath).size() > 5000);
  CHECK(lives.log().facts().current_bytes < 4000);
  SUBCASE("closed") { lives.log().push(persistence::CloseLog{}); }
  SUBCASE("another file") {
    lives.log().push(persistence::StartIncrement{lives.log().claim_base(), 1});
  }
  SUBCASE("syncs no more") {
    lives.log().push(LogPolicy{.sync = LogSync::kNo, .room = kWithRoom.room});
  }
  lives.drain();
  CHECK(disk.contents(kPath).size() < 4000);
}

TEST_CASE("the room that a crash leaves is cut off by the next life") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {.policy = kWithRoom}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.drain();
  disk.crash();
  disk.power_on();
  CHECK(disk.contents(kPath).size() > 5000);
  REQUIRE(lives.begin());
  CHECK(lives.epoch() == 1);
  lives.drain();
  CHECK(disk.contents(kPath).size() < 4000);
  CHECK(lives.log().facts().current_bytes < 4000);
}
