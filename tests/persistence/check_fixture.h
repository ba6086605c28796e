// A log in a temporary folder, of two increments of three frames each, for the tests of
// countd-check and countd-inspect.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "storage/disk/real_disk.h"
#include "storage/log/manifest.h"
#include "storage/rdb/file_writer.h"
#include "tests/storage/log/sample_log.h"
#include "tests/support/server_process.h"
#include "tools/inspect/target.h"

namespace countd::test {

/// An RDB file that says it was made at `seconds`, with the counter of-the-base = 41.
inline std::string base_file(std::int64_t seconds) {
  storage::rdb::FileWriter writer;
  storage::rdb::FileFacts facts;
  facts.created_seconds = seconds;
  std::string file = writer.head(facts);
  storage::rdb::BlockWriter entries{{}, [&](const storage::rdb::Block& block) {
                                      writer.add(block);
                                      file += block.bytes();
                                    }};
  entries.emit(0, "of-the-base", storage::ValueView{std::int64_t{41}}, storage::kNoExpiry);
  entries.flush();
  return file + writer.tail(true);
}

class LogFolder {
 public:
  /// Frames 1 to 3 are in the first increment, 4 to 6 in the second; frame n is of second
  /// 1,700,000,000 + n.
  explicit LogFolder(bool timestamps = true, std::int64_t base_seconds = 1'700'000'000) {
    all_ = sample_log(6, timestamps);
    const std::string head = all_.bytes.substr(0, all_.cuts[0]);
    manifest_.base = {"a.aof.1.base.rdb", 1};
    manifest_.increments = {{"a.aof.1.incr.aof", 1}, {"a.aof.2.incr.aof", 2}};
    write("a.aof.1.base.rdb", base_file(base_seconds));
    write("a.aof.1.incr.aof", all_.bytes.substr(0, all_.cuts[3]));
    write("a.aof.2.incr.aof", head + all_.bytes.substr(all_.cuts[3]));
    write("a.aof.manifest", manifest_.text());
  }

  [[nodiscard]] std::string path(std::string_view name = "") const {
    return (folder_.path() / name).string();
  }
  std::string read(std::string_view name) { return std::string{(*disk.read(path(name)))->bytes()}; }
  void write(std::string_view name, std::string_view bytes) {
    auto file = disk.create(path(name));
    REQUIRE(file.has_value());
    REQUIRE((*file)->write(bytes).has_value());
  }
  void flip(std::string_view name, std::size_t at) {
    std::string bytes = read(name);
    bytes.at(at) ^= 1;
    write(name, bytes);
  }
  inspect::Target target() {
    auto found = inspect::find_target(disk, path());
    REQUIRE(found.has_value());
    return *found;
  }
  [[nodiscard]] const SampleLog& all() const { return all_; }

  storage::RealDisk disk;

 private:
  TemporaryFolder folder_;
  SampleLog all_;
  storage::log::Manifest manifest_;
};

/// The state that the increments of a log give.
inline std::map<std::string, std::string> state_of(storage::Disk& disk,
                                                   const inspect::Target& target) {
  State state;
  for (const auto& part : target.parts()) {
    if (part.role != "increment") continue;
    const auto file = disk.read(part.path);
    storage::log::read_log((*file)->bytes(), {}, [&](auto words) { return state.apply(words); });
  }
  return state.entries;
}

}  // namespace countd::test
