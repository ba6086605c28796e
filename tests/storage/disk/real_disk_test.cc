#include "storage/disk/real_disk.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/temporary_folder.h"

using namespace countd::storage;
using countd::test::TemporaryFolder;

namespace {

std::string contents(Disk& disk, const std::string& path) {
  const auto bytes = disk.read(path);
  REQUIRE(bytes.has_value());
  return std::string{(*bytes)->bytes()};
}

}  // namespace

TEST_CASE("what was written and synced is read back; create empties and append adds") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("a");
  {
    auto file = disk.create(path);
    REQUIRE(file.has_value());
    CHECK((*file)->write("one").has_value());
    (*file)->write_back(0, 3);
    CHECK((*file)->sync().has_value());
  }
  CHECK(contents(disk, path) == "one");
  CHECK((*disk.append(path))->write("two").has_value());
  CHECK(contents(disk, path) == "onetwo");
  CHECK(disk.create(path).has_value());
  CHECK(contents(disk, path).empty());
}

TEST_CASE("rename replaces, remove removes, list is sorted") {
  const TemporaryFolder folder;
  RealDisk disk;
  CHECK((*disk.create(folder.file("b")))->write("new").has_value());
  CHECK((*disk.create(folder.file("a")))->write("old").has_value());
  CHECK(*disk.list(folder.path().string()) == std::vector<std::string>{"a", "b"});
  CHECK(disk.rename(folder.file("b"), folder.file("a")).has_value());
  CHECK(disk.sync_directory(folder.path().string()).has_value());
  CHECK(contents(disk, folder.file("a")) == "new");
  CHECK(disk.remove(folder.file("a")).has_value());
  CHECK(disk.list(folder.path().string())->empty());
}

TEST_CASE("errors carry errno, the operation and the path") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string missing = folder.file("missing");
  CHECK(disk.read(missing).error().code == ENOENT);
  CHECK(disk.read(missing).error().what == "open " + missing + ": No such file or directory");
  CHECK(disk.remove(missing).error().code == ENOENT);
  CHECK(disk.rename(missing, folder.file("x")).error().code == ENOENT);
  CHECK(disk.create(folder.file("no/where")).error().code == ENOENT);
  CHECK(disk.list(missing).error().code == ENOENT);
  CHECK(disk.read(folder.path().string()).error().code == EISDIR);
}

TEST_CASE("a file that was removed cannot be made durable") {
  const TemporaryFolder folder;
  RealDisk disk;
  auto file = disk.create(folder.file("a"));
  REQUIRE(file.has_value());
  CHECK(disk.remove(folder.file("a")).has_value());
  CHECK((*file)->write("x").has_value());
  CHECK((*file)->sync().error().code == ENOENT);
}

TEST_CASE("a lock has one holder and is free again when the holder is gone") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("lock");
  auto first = disk.lock(path);
  REQUIRE(first.has_value());
  CHECK(disk.lock(path).error().code == EWOULDBLOCK);
  first->reset();
  CHECK(disk.lock(path).has_value());
}

TEST_CASE("a file is shortened to what is asked for, and is never made longer") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("a");
  CHECK((*disk.create(path))->write("onetwo").has_value());
  CHECK(disk.truncate(path, 3).has_value());
  CHECK(contents(disk, path) == "one");
  CHECK(disk.truncate(path, 4).error().code == EINVAL);
  CHECK(contents(disk, path) == "one");
  CHECK(disk.truncate(folder.file("b"), 0).error().code == ENOENT);
}

TEST_CASE("a directory is made, and one that is there is no error; a file of that name is") {
  const TemporaryFolder folder;
  RealDisk disk;
  CHECK(disk.create_directory(folder.file("d")).has_value());
  CHECK(disk.create_directory(folder.file("d")).has_value());
  CHECK((*disk.create(folder.file("d/a")))->write("x").has_value());
  CHECK(disk.create_directory(folder.file("d/a")).error().code == ENOTDIR);
  CHECK(disk.create_directory(folder.file("e/f")).error().code == ENOENT);
}

TEST_CASE("a lock whose file was removed or replaced is not in place any more") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("lock");
  const auto first = disk.lock(path);
  REQUIRE(first.has_value());
  CHECK((*first)->in_place());
  REQUIRE(disk.remove(path).has_value());
  CHECK_FALSE((*first)->in_place());
  const auto second = disk.lock(path);
  REQUIRE(second.has_value());
  CHECK((*second)->in_place());
  CHECK_FALSE((*first)->in_place());
}

TEST_CASE("a second name outlives the first") {
  const TemporaryFolder folder;
  RealDisk disk;
  REQUIRE((*disk.create(folder.file("a")))->write("one").has_value());
  CHECK(disk.link(folder.file("a"), folder.file("b")).has_value());
  CHECK(disk.link(folder.file("a"), folder.file("b")).error().code == EEXIST);
  CHECK(disk.link(folder.file("none"), folder.file("c")).error().code == ENOENT);
  REQUIRE(disk.remove(folder.file("a")).has_value());
  CHECK(contents(disk, folder.file("b")) == "one");
}

namespace {

/// Files that have lost their name and are held by this process.
int held_without_name(const std::string& path) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the iteration's own
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    count += !gone && target == path + " (deleted)" ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("a file that is unlinked loses its name at once, and its bytes with its remains") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("a");
  CHECK((*disk.create(path))->write("bytes").has_value());
  auto remains = disk.unlink(path);
  REQUIRE(remains.has_value());
  CHECK(disk.list(folder.path().string())->empty());
  CHECK(held_without_name(path) == 1);
  remains->reset();
  CHECK(held_without_name(path) == 0);
  CHECK(disk.unlink(path).error().code == ENOENT);
}

TEST_CASE("what memory holds of a large file that is gone is given back piece by piece") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("a");
  CHECK((*disk.create(path))->write(std::string((5 << 20) / 2, 'x')).has_value());
  auto remains = disk.unlink(path);
  REQUIRE(remains.has_value());
  CHECK((*remains)->shrink());
  CHECK((*remains)->shrink());
  CHECK_FALSE((*remains)->shrink());
  CHECK_FALSE((*remains)->shrink());
}

TEST_CASE("a file that is replaced keeps its bytes until its remains go") {
  const TemporaryFolder folder;
  RealDisk disk;
  const std::string path = folder.file("a");
  CHECK((*disk.create(folder.file("new")))->write("newer").has_value());
  auto nothing = disk.replace(folder.file("new"), path);
  REQUIRE(nothing.has_value());
  CHECK(*nothing == nullptr);
  CHECK((*disk.create(folder.file("new")))->write("newest").has_value());
  auto remains = disk.replace(folder.file("new"), path);
  REQUIRE(remains.has_value());
  CHECK(held_without_name(path) == 1);
  CHECK((*disk.read(path))->bytes() == "newest");
  CHECK(disk.list(folder.path().string())->size() == 1);
  remains->reset();
  CHECK(held_without_name(path) == 0);
  CHECK((*disk.read(path))->bytes() == "newest");
  CHECK(disk.replace(folder.file("missing"), path).error().code == ENOENT);
}
