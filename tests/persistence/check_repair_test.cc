#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"
#include "tools/check/repair.h"

using namespace countd;

TEST_CASE("a torn end is shortened to the frames that hold, and the log is good again") {
  test::LogFolder log;
  const std::string whole = log.read("a.aof.2.incr.aof");
  const std::uint64_t good = whole.size() - (log.all().cuts[6] - log.all().cuts[5]);
  for (std::size_t lost = 1; lost < whole.size() - good; lost += 7) {
    log.write("a.aof.2.incr.aof", whole.substr(0, whole.size() - lost));
    const auto plan = check::plan_repair(check::verify(log.disk, log.target()));
    REQUIRE(plan.has_value());
    CHECK(plan->path == log.path("a.aof.2.incr.aof"));
    CHECK(plan->good_bytes == good);
    CHECK(plan->lost_bytes == whole.size() - lost - good);
    CHECK(log.read("a.aof.2.incr.aof").size() == whole.size() - lost);
    REQUIRE(check::repair(log.disk, *plan).has_value());
    CHECK(check::verify(log.disk, log.target()).good());
    CHECK(log.read("a.aof.2.incr.aof") == whole.substr(0, good));
  }
}

TEST_CASE("damage in the middle is refused, and says what to do") {
  test::LogFolder log;
  log.flip("a.aof.2.incr.aof", 40);
  const auto plan = check::plan_repair(check::verify(log.disk, log.target()));
  REQUIRE(!plan.has_value());
  CHECK(plan.error().what.find("Restore a backup") != std::string::npos);
  CHECK(plan.error().what.find("--repair with --output") != std::string::npos);
}

TEST_CASE("a disk that does not shorten is told") {
  test::FaultyDisk disk;
  disk.files["x"] = "abc";
  disk.truncate_fails = true;
  CHECK(check::repair(disk, {"x", 1, 2}).error().what.starts_with("truncate x: "));
}
