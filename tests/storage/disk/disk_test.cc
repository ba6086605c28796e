#include "storage/disk/disk.h"

#include <doctest/doctest.h>

#include <cerrno>

using namespace countd::storage;

namespace {

/// Writes at most three bytes a call, and nothing after `room` bytes.
class NarrowFile final : public File {
 public:
  explicit NarrowFile(std::size_t room) : room_(room) {}
  DiskResult<std::size_t> write_some(std::string_view bytes) override {
    const std::size_t size = std::min({bytes.size(), std::size_t{3}, room_ - written.size()});
    if (size == 0) return disk_error(ENOSPC, "write", "narrow");
    written.append(bytes.substr(0, size));
    return size;
  }
  DiskStatus sync() override { return {}; }
  void write_back(std::uint64_t, std::uint64_t) override {}

  std::string written;

 private:
  std::size_t room_;
};

}  // namespace

TEST_CASE("a write goes on until every byte is written, however short the single writes are") {
  NarrowFile file{100};
  CHECK(file.write("abcdefgh").has_value());
  CHECK(file.written == "abcdefgh");
  CHECK(file.write("").has_value());
}

TEST_CASE("a full disk in the middle of a write is reported with its errno and its path") {
  NarrowFile file{4};
  const auto status = file.write("abcdefgh");
  REQUIRE(!status.has_value());
  CHECK(status.error().code == ENOSPC);
  CHECK(status.error().what == "write narrow: No space left on device");
  CHECK(file.written == "abcd");
}

TEST_CASE("paths join with one slash, and an empty directory is the current one") {
  CHECK(join_path("/tmp", "a") == "/tmp/a");
  CHECK(join_path("/tmp/", "a") == "/tmp/a");
  CHECK(join_path("", "a") == "a");
}
