#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"
#include "tools/check/verify.h"

using namespace countd;
using check::verify;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a good log is good as a whole, by its manifest, and file by file") {
  test::LogFolder log;
  for (const char* name :
       {"", "a.aof.manifest", "a.aof.1.base.rdb", "a.aof.1.incr.aof", "a.aof.2.incr.aof"}) {
    const auto target = inspect::find_target(log.disk, log.path(name));
    REQUIRE(target.has_value());
    CHECK_MESSAGE(verify(log.disk, *target).good(), name);
  }
  const auto verdict = verify(log.disk, log.target());
  REQUIRE(verdict.files.size() == 3);
  CHECK(verdict.files[0].keys == 1);
  CHECK(verdict.files[1].end->frames == 3);
  CHECK(verdict.files[2].end->last_epoch == 60);
  const std::string text = report(verdict);
  CHECK(has(text, "a.aof.2.incr.aof: increment, "));
  CHECK(has(text, "3 frames, 18 commands, last epoch 60, last time 2023-11-14T22:13:26Z\n"));
  CHECK(!has(text, "NOT GOOD"));
}

TEST_CASE("a torn end can be repaired, anything else cannot") {
  test::LogFolder log;
  const std::string first = log.read("a.aof.1.incr.aof");
  const std::string second = log.read("a.aof.2.incr.aof");
  log.write("a.aof.2.incr.aof", second.substr(0, second.size() - 5));
  auto verdict = verify(log.disk, log.target());
  CHECK(!verdict.good());
  CHECK(verdict.repairable());
  CHECK(has(report(verdict), "  NOT GOOD: torn, at offset "));

  log.write("a.aof.1.incr.aof", first.substr(0, first.size() - 5));
  verdict = verify(log.disk, log.target());
  CHECK(!verdict.repairable());
  CHECK(has(report(verdict), ", and a later file follows\n"));

  log.write("a.aof.1.incr.aof", first);
  log.write("a.aof.2.incr.aof", second);
  log.flip("a.aof.2.incr.aof", 40);
  verdict = verify(log.disk, log.target());
  CHECK(!verdict.repairable());
  CHECK(has(report(verdict), "  NOT GOOD: damaged, at offset "));
}

TEST_CASE("every flipped byte of a log's files is found") {
  test::LogFolder log;
  const auto target = log.target();
  for (const char* name : {"a.aof.1.base.rdb", "a.aof.1.incr.aof", "a.aof.2.incr.aof"}) {
    const std::size_t size = log.read(name).size();
    for (std::size_t at = 0; at < size; at += 3) {
      log.flip(name, at);
      REQUIRE(!verify(log.disk, target).good());
      log.flip(name, at);
    }
  }
  CHECK(verify(log.disk, target).good());
}

TEST_CASE("missing files, and increments in the wrong order, are not good") {
  test::LogFolder log;
  const std::string first = log.read("a.aof.1.incr.aof");
  log.write("a.aof.1.incr.aof", log.read("a.aof.2.incr.aof"));
  log.write("a.aof.2.incr.aof", first);
  CHECK(has(report(verify(log.disk, log.target())), "epochs do not follow"));
  log.write("a.aof.1.base.rdb", "");
  CHECK(has(report(verify(log.disk, log.target())), "base, 0 bytes, 0 keys\n  NOT GOOD: damaged"));
  CHECK(log.disk.remove(log.path("a.aof.1.base.rdb")).has_value());
  CHECK(has(report(verify(log.disk, log.target())), "No such file"));
}
