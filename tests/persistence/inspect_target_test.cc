#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"

using namespace countd;
using inspect::find_target;
using inspect::Target;

TEST_CASE("a path is a log, a file of one, or a snapshot") {
  test::LogFolder log;
  const auto whole = find_target(log.disk, log.path());
  REQUIRE(whole.has_value());
  CHECK(whole->kind == Target::Kind::kLog);
  CHECK(whole->manifest_name == "a.aof.manifest");
  REQUIRE(whole->parts().size() == 3);
  CHECK(whole->parts()[0].role == "base");
  CHECK(whole->parts()[0].path == log.path("a.aof.1.base.rdb"));
  CHECK(find_target(log.disk, log.path("a.aof.manifest"))->parts()[2].path ==
        log.path("a.aof.2.incr.aof"));
  CHECK(find_target(log.disk, log.path("a.aof.1.incr.aof"))->kind == Target::Kind::kLogFile);
  CHECK(find_target(log.disk, log.path("a.aof.1.base.rdb"))->kind == Target::Kind::kSnapshot);
}

TEST_CASE("what is no target says why") {
  test::LogFolder log;
  CHECK(find_target(log.disk, log.path("none")).error().unreadable);
  log.write("b.aof.manifest", "file x seq 1 type i\n");
  CHECK(find_target(log.disk, log.path()).error().what.ends_with("name one of them"));
  log.write("b.aof.manifest", "file x\n");
  const auto wrong = find_target(log.disk, log.path("b.aof.manifest"));
  CHECK(!wrong.error().unreadable);
  CHECK(wrong.error().what == log.path("b.aof.manifest") + ": line 1: not file, seq and type");
  const test::TemporaryFolder empty;
  CHECK(
      find_target(log.disk, empty.path().string()).error().what.ends_with("no manifest of a log"));
}
