#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"
#include "tools/inspect/log_survey.h"

using namespace countd;
using inspect::survey_log;
using test::resp;

TEST_CASE("a log is counted by command, by distinct keys of a prefix, and by file") {
  test::LogFolder log;
  const auto seen = survey_log(log.disk, log.target(), {});
  CHECK(seen.sound());
  REQUIRE(seen.parts.size() == 3);
  CHECK(seen.parts[0].snapshot_keys == 1);
  CHECK(seen.parts[1].frames == 3);
  CHECK(seen.parts[2].commands == 18);
  CHECK(seen.frames == 6);
  CHECK(seen.commands.at("SET").commands == 18);
  CHECK(seen.commands.at("SELECT").commands == 12);
  CHECK(seen.commands.at("SELECT").bytes == 12 * 7);
  CHECK(seen.prefixes.at("text:").keys == 6);
  // counter in database 0; k1 to k6, k0 and k-1 in database 2.
  CHECK(seen.prefixes.at("").keys == 9);
  CHECK(seen.prefixes.at("").mentions == 18);
  CHECK(seen.distinct_keys == 15);
  CHECK(seen.first_epoch == 10);
  CHECK(seen.last_epoch == 60);
  CHECK(seen.first_time == 1'700'000'001'000);
  CHECK(seen.last_time == 1'700'000'006'000);
}

TEST_CASE("a log of Redis is counted as well, commands in any case and with several keys") {
  test::LogFolder log;
  log.write("redis.aof", resp({"select", "0"}) + resp({"mset", "a:1", "x", "a:2", "y"}) +
                             resp({"DEL", "a:1", "b:1"}) + resp({"XGROUP", "CREATE", "s:1", "g"}) +
                             resp({"FLUSHALL"}) + resp({"LPUSH", "l:1", "x"}) +
                             resp({"SELECT", "1"}) + resp({"SET", "a:1", "x"}));
  const auto target = inspect::find_target(log.disk, log.path("redis.aof"));
  const auto seen = survey_log(log.disk, *target, {});
  CHECK(seen.sound());
  CHECK(seen.commands.at("MSET").commands == 1);
  CHECK(seen.prefixes.at("a:").keys == 3);
  CHECK(seen.prefixes.at("a:").mentions == 4);
  CHECK(seen.prefixes.at("b:").keys == 1);
  CHECK(seen.prefixes.at("s:").keys == 1);
  CHECK(seen.prefixes.at("l:").keys == 1);
  CHECK(seen.prefixes.size() == 4);
  CHECK(seen.frames == 8);
  CHECK(seen.last_time == 0);
}

TEST_CASE("bounds are kept, and what is wrong makes the log unsound") {
  test::LogFolder log;
  auto seen = survey_log(log.disk, log.target(), {.prefixes = 1, .distinct_keys = 4});
  CHECK(seen.prefixes.size() == 1);
  CHECK(seen.other_prefixes.mentions > 0);
  CHECK(seen.distinct_keys == 4);
  log.flip("a.aof.1.incr.aof", 30);
  log.flip("a.aof.1.base.rdb", 3);
  seen = survey_log(log.disk, log.target(), {});
  CHECK(!seen.sound());
  CHECK(seen.parts[0].problem != "");
  CHECK(seen.parts[1].problem.starts_with("at offset "));
  CHECK(seen.parts[2].problem == "");
}
