#include "storage/log/frame_writer.h"

#include <doctest/doctest.h>

#include <set>

#include "storage/log/frame_format.h"
#include "tests/storage/log/sample_log.h"

using namespace countd;
using namespace countd::storage::log;

namespace {

/// Counts writes, and remembers where the bytes of large ones lay.
class CountingFile final : public storage::File {
 public:
  struct Seen {
    int writes = 0;
    std::vector<const char*> large;
  };
  explicit CountingFile(Seen& seen) : seen_(seen) {}
  storage::DiskResult<std::size_t> write_some(std::string_view bytes) override {
    ++seen_.writes;
    if (bytes.size() >= 16 * 1024) seen_.large.push_back(bytes.data());
    return bytes.size();
  }
  storage::DiskStatus sync() override { return {}; }
  void write_back(std::uint64_t, std::uint64_t) override {}

 private:
  Seen& seen_;
};

}  // namespace

TEST_CASE("a small frame is one write, large pieces are written where they lie") {
  CountingFile::Seen seen;
  FrameWriter writer{std::make_unique<CountingFile>(seen)};
  REQUIRE(writer.begin().has_value());
  CHECK(seen.writes == 1);
  CHECK(writer.append(test::sample_frame(1), true).has_value());
  CHECK(seen.writes == 2);
  Frame frame = test::sample_frame(2);
  frame.pieces.push_back(test::resp({"SET", "large", std::string(100'000, 'x')}));
  frame.pieces.push_back(test::resp({"SET", "small", "x"}));
  CHECK(writer.append(frame, true).has_value());
  REQUIRE(seen.large.size() == 1);
  CHECK(seen.large[0] == frame.pieces[2].data());
  CHECK(seen.writes == 5);  // what stands before the large piece, the piece, what follows
}

TEST_CASE("what is written is read back, however short the writes are") {
  test::FaultyDisk disk;
  disk.longest_write = 7;
  FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  Frame frame = test::sample_frame(1);
  for (int i = 0; i < 200; ++i) {
    const std::string text(static_cast<std::size_t>(i * 97), 'y');
    frame.pieces.push_back(test::resp({"SET", "k" + std::to_string(i), text}));
    ++frame.commands;
  }
  REQUIRE(writer.append(frame, true).has_value());
  CHECK(writer.bytes() == disk.files["log"].size());
  const auto seen = test::replay(disk.files["log"]);
  CHECK(seen.end.what == "");
  CHECK(seen.end.commands == frame.commands);
  CHECK(seen.end.last_epoch == frame.epoch);
  CHECK(seen.end.last_time == 1'700'000'001'000);
  CHECK(seen.entries.at("2 k199").size() == 199 * 97);
}

TEST_CASE("a failed write leaves a torn frame behind, and a failed sync is told") {
  test::FaultyDisk disk;
  FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  REQUIRE(writer.append(test::sample_frame(1), false).has_value());
  const std::uint64_t good = writer.bytes();
  disk.capacity = static_cast<std::size_t>(good) + 100;
  CHECK(writer.append(test::sample_frame(2), false).error().code == ENOSPC);
  const auto seen = test::replay(disk.files["log"]);
  CHECK(seen.end.kind == LogEnd::Kind::kTorn);
  CHECK(seen.end.good_bytes == good);
  disk.sync_fails = true;
  CHECK(!writer.sync().has_value());
}

TEST_CASE("frames replace the room behind the one before, and the file stays as long") {
  constexpr std::uint64_t kRoom = 1000;
  test::FaultyDisk disk;
  FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  writer.set_room(kRoom);
  CHECK(disk.files["log"] == kHeadLine);  // until a frame finds none
  std::set<std::size_t> lengths;
  for (int n = 1; n <= 20; ++n) {
    REQUIRE(writer.append(test::sample_frame(n), n % 3 == 0).has_value());
    CHECK(writer.bytes() % 2 == 0);
    lengths.insert(disk.files["log"].size());
    const auto seen = test::replay(disk.files["log"]);
    REQUIRE(seen.end.what == "");
    CHECK(seen.end.frames == static_cast<std::uint64_t>(n));
    const std::uint64_t left = disk.files["log"].size() - writer.bytes();
    CHECK(left <= kRoom);
    CHECK(seen.end.room >= left);
    CHECK(seen.end.room <= left + kOddBlankLine.size());
  }
  CHECK(lengths.size() < 10);
  writer.set_room(0);
  CHECK(disk.files["log"].size() == writer.bytes());
  REQUIRE(writer.append(test::sample_frame(21), false).has_value());
  CHECK(disk.files["log"].size() == writer.bytes());
  CHECK(test::replay(disk.files["log"]).end.frames == 21);
}

TEST_CASE("where no room can be made, frames do without") {
  test::FaultyDisk disk;
  FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  writer.set_room(1'000'000);
  disk.capacity = 10'000;
  for (int n = 1; n <= 5; ++n) {
    REQUIRE(writer.append(test::sample_frame(n), false).has_value());
    CHECK(disk.files["log"].size() == writer.bytes());
  }
  CHECK(test::replay(disk.files["log"]).end.frames == 5);
}
