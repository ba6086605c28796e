#include "persistence/log_loader.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/log/base_writer.h"
#include "storage/log/frame_writer.h"
#include "tests/persistence/log_lives.h"
#include "tests/persistence/snapshot_fixture.h"

using namespace countd;
using persistence::LoadedLog;
using persistence::LogLoad;
using persistence::LogProblem;
using storage::log::Manifest;
using test::command_text;
using test::Counts;
using test::CrashDisk;

namespace {

const persistence::AppendLogTarget kTarget{"d", "aof"};

/// An increment of ours: one SET a frame.
std::string increment(std::uint64_t first_epoch, const std::vector<std::string>& values) {
  CrashDisk disk{1};
  storage::log::FrameWriter writer{*disk.create("x")};
  REQUIRE(writer.begin().has_value());
  for (const std::string& value : values) {
    storage::log::Frame frame;
    frame.epoch = first_epoch++;
    frame.commands = 1;
    frame.pieces = {command_text({"SET", "key", value})};
    REQUIRE(writer.append(frame, false).has_value());
  }
  return disk.contents("x");
}

struct Log {
  std::string base;
  std::vector<std::string> increments;
};

struct Loading {
  Counts counts;
  boost::system::result<LoadedLog, LogProblem> result;
  Loading() : result(LogProblem{}) {}
};

Loading load(const Log& log, persistence::LogLoadOptions options = {},
             std::span<storage::Keyspace* const> shards = {}) {
  CrashDisk disk{1};
  LogLoad load;
  load.target = kTarget;
  load.shards = shards;
  load.shard_of = test::shard_of;
  load.options = options;
  if (!log.base.empty()) {
    load.manifest.base = {"aof.1.base.rdb", 1};
    disk.put("d/aof.1.base.rdb", log.base);
  }
  std::uint64_t sequence = 1;
  for (const std::string& bytes : log.increments) {
    load.manifest.increments.push_back({storage::log::increment_name("aof", sequence), sequence});
    disk.put(kTarget.path(load.manifest.increments.back().name), bytes);
    ++sequence;
  }
  Loading loading;
  loading.result = persistence::load_log(disk, load, test::apply_to(loading.counts));
  return loading;
}

std::string problem(const Log& log, persistence::LogLoadOptions options = {}) {
  const Loading loading = load(log, options);
  REQUIRE(!loading.result.has_value());
  return loading.result.error().what;
}

}  // namespace

TEST_CASE("a base of commands and increments are run in their order") {
  const Loading loading = load({command_text({"SET", "key", "0"}) + command_text({"SET", "b", "1"}),
                                {increment(3, {"1", "2"}), increment(5, {}), increment(6, {"3"})}});
  REQUIRE(loading.result.has_value());
  CHECK(loading.counts == Counts{{"b", "1"}, {"key", "3"}});
  CHECK(loading.result->files == 4);
  CHECK(loading.result->commands == 5);
  CHECK(loading.result->last_epoch == 6);
  CHECK(loading.result->dropped_bytes == 0);
  CHECK(!loading.result->unused_tail);
  CHECK(loading.result->warnings.empty());
}

TEST_CASE("a log of nothing loads as nothing") {
  const Loading loading = load({});
  REQUIRE(loading.result.has_value());
  CHECK(loading.result->files == 0);
  CHECK(load({"", {""}}).result.has_value());
}

TEST_CASE("a base that is a snapshot fills the keyspaces, what has expired included") {
  CrashDisk disk{1};
  disk.put("d/x", "");
  test::Shards original{2};
  test::fill_at_random(original, 300, 7);
  original.set(0, "expired", std::int64_t{1}, 5000);
  persistence::SnapshotTarget target;
  target.directory = "d";
  REQUIRE(test::save(original, disk, target).ok);
  persistence::LogLoadOptions options;
  options.base.now = 1'000'000;
  const test::Shards copy{3};
  const Loading loading =
      load({disk.contents("d/dump.rdb"), {increment(1, {"1"})}}, options, copy.all());
  REQUIRE(loading.result.has_value());
  CHECK(loading.result->base_keys == original.contents().size());
  CHECK(copy.contents() == original.contents());
  CHECK(loading.counts == Counts{{"key", "1"}});
}

TEST_CASE("a damaged snapshot, or one with commands behind it, refuses the log") {
  CHECK(problem({"REDIS0009", {}}).starts_with("d/aof.1.base.rdb: at offset "));
  CHECK(problem({"REDIS0009", {}}).ends_with("restore it from a backup."));
}

TEST_CASE("a base that was cut off before its first letters are over refuses the log") {
  for (const std::string start : {"", "R", "REDI"}) {
    CrashDisk disk{1};
    LogLoad load;
    load.target = kTarget;
    load.shard_of = test::shard_of;
    load.manifest.base = {"aof.1.base.rdb", 1};
    disk.put("d/aof.1.base.rdb", start);
    Counts counts;
    const auto loaded = persistence::load_log(disk, load, test::apply_to(counts));
    REQUIRE(!loaded.has_value());
    CHECK(loaded.error().what ==
          "d/aof.1.base.rdb: no snapshot. This is the base of the append log: restore it from a "
          "backup.");
  }
}

TEST_CASE("a base of commands written here is loaded whole or not at all") {
  storage::log::BaseWriter writer;
  std::string base = writer.head(1000);
  storage::rdb::BlockWriter blocks{
      {}, [&](const storage::rdb::Block& block) { base += writer.frame(block); }};
  blocks.emit(0, "key", storage::ValueView{std::int64_t{5}}, storage::kNoExpiry);
  blocks.flush();
  base += writer.tail();
  CrashDisk disk{1};
  LogLoad load;
  load.target = kTarget;
  load.manifest.base = {storage::log::base_name("aof", 1, storage::log::BaseForm::kCommands), 1};
  const std::string path = kTarget.path(load.manifest.base->name);
  Counts counts;
  disk.put(path, base);
  REQUIRE(persistence::load_log(disk, load, test::apply_to(counts)).has_value());
  CHECK(counts == Counts{{"key", "5"}});
  for (const std::size_t size : {std::size_t{0}, base.find("#END"), base.size() - 3}) {
    disk.put(path, base.substr(0, size));
    const auto refused = persistence::load_log(disk, load, test::apply_to(counts));
    REQUIRE(!refused.has_value());
    CHECK(refused.error().what.find("restore it from a backup") != std::string::npos);
  }
}

TEST_CASE("the torn end of the last increment is left out and told, at every length") {
  const std::string whole = increment(1, {"one", "two"});
  const std::size_t head = increment(1, {}).size();
  const std::size_t one = increment(1, {"one"}).size();
  for (std::size_t size = head; size < whole.size(); ++size) {
    CAPTURE(size);
    const Loading loading = load({"", {increment(1, {"zero"}), whole.substr(0, size)}});
    REQUIRE(loading.result.has_value());
    const std::size_t good = size < one ? head : one;
    CHECK(loading.counts.at("key") == (size < one ? "zero" : "one"));
    CHECK(loading.result->dropped_bytes == size - good);
    CHECK(loading.result->unused_tail.has_value() == (size != good));
    if (loading.result->unused_tail) {
      CHECK(loading.result->unused_tail->file_name == "aof.2.incr.aof");
      CHECK(loading.result->unused_tail->used_bytes == good);
      CHECK(loading.result->warnings.size() == 1);
    }
  }
}

TEST_CASE("with aof-load-truncated no a torn end refuses the log and says what to do") {
  persistence::LogLoadOptions strict;
  strict.load_truncated = false;
  const std::string whole = increment(1, {"one", "two"});
  const std::string what = problem({"", {whole.substr(0, whole.size() - 3)}}, strict);
  CHECK(what.starts_with("d/aof.1.incr.aof: "));
  CHECK(what.find("'countd-check --repair'") != std::string::npos);
  CHECK(load({"", {whole}}, strict).result.has_value());
}

TEST_CASE("a torn increment that is not the last refuses the log") {
  const std::string whole = increment(1, {"one", "two"});
  const std::string torn = whole.substr(0, whole.size() - 3);
  const std::string what = problem({"", {torn, increment(3, {"three"})}});
  CHECK(what.starts_with("d/aof.1.incr.aof: "));
  CHECK(what.find("restore the file from a backup") != std::string::npos);
}

TEST_CASE("no flipped bit changes a count: the log is refused, or its last frame is left out") {
  const std::string first = increment(1, {"one"});
  const std::string whole = increment(2, {"two", "three"});
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    CAPTURE(bit);
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const Loading last = load({"", {first, flipped}});
    if (last.result) {
      CHECK(last.counts.at("key") == "two");
      CHECK(last.result->unused_tail.has_value());
    }
    CHECK(!load({"", {flipped, first}}).result.has_value());
  }
}

TEST_CASE("a command that is refused is named with its file") {
  const std::string what = problem({"", {command_text({"LPUSH", "a", "b"})}});
  CHECK(what.starts_with("d/aof.1.incr.aof: "));
  CHECK(what.find("unknown command 'LPUSH'") != std::string::npos);
}
