#include "tests/persistence/crash_disk.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <string>

using namespace countd;
using test::CrashDisk;

namespace {

constexpr int kSeeds = 200;

std::string letters(std::size_t size, char letter) { return std::string(size, letter); }

/// A file "d/f" with 700 synced bytes and 2,000 that are not.
void write_half_synced(CrashDisk& disk) {
  REQUIRE(disk.create_directory("d").has_value());
  REQUIRE(disk.sync_directory("").has_value());
  const auto file = disk.create("d/f");
  REQUIRE((*file)->write(letters(700, 'a')).has_value());
  REQUIRE((*file)->sync().has_value());
  REQUIRE(disk.sync_directory("d").has_value());
  REQUIRE((*file)->write(letters(2000, 'b')).has_value());
}

}  // namespace

TEST_CASE("what was synced survives; of what was not, any sectors do") {
  std::set<std::string> survivors;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    write_half_synced(disk);
    CHECK(disk.contents("d/f").size() == 2700);
    disk.crash();
    CHECK(disk.read("d/f").error().code == EIO);
    disk.power_on();
    const std::string left = disk.contents("d/f");
    CHECK(left.starts_with(letters(700, 'a')));
    CHECK(left.size() <= 2700);
    CHECK(left.find_first_not_of(std::string{"ab\0", 3}) == std::string::npos);
    survivors.insert(left);
  }
  CHECK(survivors.size() > 50);
  CHECK(survivors.contains(letters(700, 'a')));
  CHECK(survivors.contains(letters(700, 'a') + letters(2000, 'b')));
}

TEST_CASE("of what was written over, each sector is the old one or the new one") {
  std::set<std::string> survivors;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    REQUIRE(disk.create_directory("d").has_value());
    const auto file = disk.create("d/f");
    REQUIRE((*file)->write(letters(100, 'a')).has_value());
    REQUIRE((*file)->write_ahead(100, letters(1500, '#')).has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(disk.sync_directory("").has_value());
    REQUIRE(disk.sync_directory("d").has_value());
    REQUIRE((*file)->write(letters(1000, 'b')).has_value());
    CHECK(disk.contents("d/f") == letters(100, 'a') + letters(1000, 'b') + letters(500, '#'));
    if (seed % 4 == 0) {
      REQUIRE((*file)->end_here().has_value());
      CHECK(disk.contents("d/f").size() == 1100);
    }
    disk.crash();
    disk.power_on();
    const std::string left = disk.contents("d/f");
    CHECK(left.starts_with(letters(100, 'a')));
    if (seed % 4 != 0) survivors.insert(left);
  }
  const auto sectors = [](char first, char second, char third) {
    return letters(100, 'a') + letters(412, first) + letters(512, second) + letters(76, third) +
           letters(500, '#');
  };
  CHECK(survivors.size() == 8);
  CHECK(survivors.contains(sectors('#', 'b', '#')));
  CHECK(survivors.contains(sectors('b', '#', 'b')));
}

TEST_CASE("a disk that keeps order leaves a prefix") {
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed), CrashDisk::Tear::kPrefix};
    write_half_synced(disk);
    disk.crash();
    CHECK((letters(700, 'a') + letters(2000, 'b')).starts_with(disk.contents("d/f")));
  }
}

TEST_CASE("a name that no directory sync covered may be lost, a synced one is not") {
  std::set<std::string> seen;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    disk.put("d/old", "old");
    disk.put("d/gone", "gone");
    const auto file = disk.create("d/new");
    REQUIRE((*file)->write("new").has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(disk.rename("d/new", "d/old").has_value());
    REQUIRE(disk.remove("d/gone").has_value());
    CHECK(disk.contents("d/old") == "new");
    CHECK(*disk.list("d") == std::vector<std::string>{"old"});
    if (seed % 2 == 0) REQUIRE(disk.sync_directory("d").has_value());
    disk.crash();
    disk.power_on();
    std::string state = disk.contents("d/old");
    if (disk.has("d/gone")) state += " gone";
    if (disk.has("d/new")) state += " new";
    if (seed % 2 == 0) CHECK(state == "new");
    seen.insert(state);
  }
  CHECK(seen ==
        std::set<std::string>{"new", "new gone", "old", "old gone", "old gone new", "old new"});
}

TEST_CASE("a directory whose name is lost takes its files with it") {
  int lost = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    REQUIRE(disk.create_directory("d").has_value());
    const auto file = disk.create("d/f");
    REQUIRE((*file)->sync().has_value());
    REQUIRE(disk.sync_directory("d").has_value());
    disk.crash();
    CHECK(disk.has("d") == disk.has("d/f"));
    if (!disk.has("d/f")) ++lost;
  }
  CHECK(lost > kSeeds / 4);
}

TEST_CASE("the same seed and calls lose the same bytes") {
  for (int seed = 0; seed < 20; ++seed) {
    CrashDisk first{static_cast<std::uint64_t>(seed)};
    CrashDisk second{static_cast<std::uint64_t>(seed)};
    for (CrashDisk* disk : {&first, &second}) {
      write_half_synced(*disk);
      disk->crash();
    }
    CHECK(first.contents("d/f") == second.contents("d/f"));
  }
}

TEST_CASE("the power goes at the chosen operation, and open files are gone for good") {
  CrashDisk disk{1};
  disk.put("d/f", "x");
  const auto file = disk.append("d/f");
  const auto lock = disk.lock("d/lock");
  REQUIRE(lock.has_value());
  disk.crash_at(disk.operations() + 2);
  CHECK((*file)->write("y").has_value());
  CHECK((*file)->write("z").error().code == EIO);
  CHECK(disk.down());
  CHECK(disk.create("d/g").error().code == EIO);
  disk.power_on();
  CHECK((*file)->write("w").error().code == EIO);
  CHECK((*file)->sync().error().code == EIO);
  CHECK(disk.lock("d/lock").has_value());
}

TEST_CASE("when only the process ends, its files keep every byte and its locks are free") {
  CrashDisk disk{1};
  write_half_synced(disk);
  const auto lock = disk.lock("d/lock");
  CHECK(disk.lock("d/lock").error().code == EWOULDBLOCK);
  disk.end_process();
  CHECK(disk.contents("d/f").size() == 2700);
  CHECK(disk.lock("d/lock").has_value());
}

TEST_CASE("a failed sync forgets: the next one reports success and brings nothing") {
  int lost = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    write_half_synced(disk);
    const auto file = disk.append("d/f");
    disk.fault = [](CrashDisk::Operation operation, const std::string&) {
      return operation == CrashDisk::Operation::kSync ? EIO : 0;
    };
    CHECK((*file)->sync().error().code == EIO);
    disk.fault = nullptr;
    CHECK((*file)->sync().has_value());
    const std::string before = disk.contents("d/f");
    disk.crash();
    if (disk.contents("d/f") != before) ++lost;
  }
  CHECK(lost > kSeeds / 2);
}

TEST_CASE("a full disk, short writes and missing directories are as on a real one") {
  CrashDisk disk{1};
  CHECK(disk.create("d/f").error().code == ENOENT);
  CHECK(disk.create_directory("d/e").error().code == ENOENT);
  disk.put("d/f", "12345");
  CHECK(disk.create("d").error().code == EISDIR);
  disk.capacity = 8;
  disk.longest_write = 2;
  const auto file = disk.append("d/f");
  CHECK(*(*file)->write_some("abc") == 2);
  CHECK((*file)->write("def").error().code == ENOSPC);
  CHECK(disk.contents("d/f") == "12345abd");
  CHECK(disk.truncate("d/f", 2).has_value());
  CHECK(disk.contents("d/f") == "12");
  disk.vanish("d");
  CHECK(disk.list("d").error().code == ENOENT);
  CHECK(disk.create("d/f").error().code == ENOENT);
}

TEST_CASE("a disk whose syncs lie loses what was synced") {
  int lost = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    CrashDisk disk{static_cast<std::uint64_t>(seed)};
    disk.syncs_lie = true;
    write_half_synced(disk);
    disk.crash();
    if (!disk.contents("d/f").starts_with(letters(700, 'a'))) ++lost;
  }
  CHECK(lost > kSeeds / 4);
}
