#include <doctest/doctest.h>

#include "tests/persistence/check_fixture.h"
#include "tools/check/restore.h"
#include "tools/check/verify.h"

using namespace countd;
using check::plan_restore;
using test::state_of;

namespace {

constexpr storage::Millis kStart = 1'700'000'000'000;

std::string refusal(test::LogFolder& log, storage::Millis until) {
  const auto plan = plan_restore(log.disk, log.target(), until);
  return plan ? "" : plan.error().what;
}

}  // namespace

TEST_CASE("for every second the copy has the state of the last frame until then") {
  test::LogFolder log;
  const test::TemporaryFolder outputs;
  for (int second = 0; second <= 7; ++second) {
    const auto plan = plan_restore(log.disk, log.target(), kStart + second * 1000);
    REQUIRE(plan.has_value());
    const std::string output = (outputs.path() / std::to_string(second)).string();
    REQUIRE(check::restore(log.disk, *plan, output).has_value());
    const auto copy = inspect::find_target(log.disk, output);
    REQUIRE(copy.has_value());
    CHECK(check::verify(log.disk, *copy).good());
    CHECK(copy->manifest.base->name == "a.aof.1.base.rdb");
    CHECK(copy->manifest.increments.size() == (second < 3 ? 1 : 2));
    CHECK(state_of(log.disk, *copy) ==
          log.all().states[static_cast<std::size_t>(std::min(second, 6))]);
  }
  CHECK(check::verify(log.disk, log.target()).good());
}

TEST_CASE("damage behind the time does not matter, damage before it does") {
  test::LogFolder log;
  log.flip("a.aof.2.incr.aof", 200);
  CHECK(refusal(log, kStart + 2000) == "");
  CHECK(refusal(log, kStart + 6000).starts_with("a.aof.2.incr.aof: at offset "));
}

TEST_CASE("a torn last frame is left out") {
  test::LogFolder log;
  const std::string second = log.read("a.aof.2.incr.aof");
  log.write("a.aof.2.incr.aof", second.substr(0, second.size() - 5));
  const auto plan = plan_restore(log.disk, log.target(), kStart + 9000);
  REQUIRE(plan.has_value());
  CHECK(plan->files.back().bytes == second.size() - (log.all().cuts[6] - log.all().cuts[5]));
}

TEST_CASE("a newer base, and a log without times, are refused") {
  test::LogFolder newer{true, 1'700'000'002};
  CHECK(refusal(newer, kStart + 1000) ==
        "the base is newer than 2023-11-14T22:13:21Z; take an older backup of the log");
  CHECK(refusal(newer, kStart + 2000) == "");
  test::LogFolder timeless{false};
  CHECK(refusal(timeless, kStart + 1000).starts_with("the log has no timestamps"));
  const auto file = inspect::find_target(newer.disk, newer.path("a.aof.1.incr.aof"));
  CHECK(!plan_restore(newer.disk, *file, kStart).has_value());
}

TEST_CASE("a directory that holds something is not written to") {
  test::LogFolder log;
  const auto plan = plan_restore(log.disk, log.target(), kStart + 2000);
  REQUIRE(plan.has_value());
  CHECK(check::restore(log.disk, *plan, log.path()).error().what.ends_with(" is not empty"));
}

TEST_CASE("the manifest comes last: a disk that fails before leaves none") {
  test::LogFolder log;
  const auto plan = plan_restore(log.disk, log.target(), kStart + 5000);
  REQUIRE(plan.has_value());
  check::RestorePlan in_memory = *plan;
  in_memory.from = "";
  std::size_t size = 0;
  for (const auto& file : plan->files) size += file.bytes;
  for (std::size_t room = 0; room < size + in_memory.manifest.text().size(); room += 50) {
    test::FaultyDisk disk;
    std::size_t before = 0;
    for (const auto& file : plan->files)
      before += (disk.files[file.name] = log.read(file.name)).size();
    disk.capacity = before + room;
    CHECK(!check::restore(disk, in_memory, "out").has_value());
    CHECK(!disk.files.contains("out/a.aof.manifest"));
  }
  test::FaultyDisk disk;
  for (const auto& file : plan->files) disk.files[file.name] = log.read(file.name);
  CHECK(check::restore(disk, in_memory, "out").has_value());
  CHECK(disk.syncs == 4);
  CHECK(disk.files.contains("out/a.aof.manifest"));
  disk.directory_sync_fails = true;
  CHECK(!check::restore(disk, in_memory, "out").has_value());
}
