#include "storage/rdb/file_layout.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/crc64.h"
#include "storage/rdb/file_writer.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

std::string error(const std::string& file, int databases = 16) {
  const auto layout = read_layout(file, databases);
  return layout ? "" : layout.error().text();
}

/// A small file of our own.
std::string sample() {
  FileWriter writer;
  std::string blocks;
  FileFacts facts;
  facts.sizes = {{0, 2, 1}, {5, 1, 0}};
  std::string file = writer.head(facts);
  BlockWriter entries{{}, [&](const Block& block) {
                        writer.add(block);
                        file += block.bytes();
                      }};
  entries.emit(0, "counter", ValueView{std::int64_t{70000}}, kNoExpiry);
  entries.emit(0, "text", ValueView{std::string_view{"some text"}}, 1234567890123);
  entries.emit(5, "other", ValueView{std::int64_t{-1}}, kNoExpiry);
  entries.flush();
  return file + writer.tail(true);
}

/// Whether `file` is read to its end without an error, as a loader does it.
bool readable(std::string_view file) {
  const auto layout = read_layout(file, 16);
  if (!layout) return false;
  Entry entry;
  MadeTexts made;
  const auto walk = [&](EntryReader& reader) {
    auto step = EntryReader::Step::kEntry;
    while (step == EntryReader::Step::kEntry) step = reader.next(entry, made);
    return step == EntryReader::Step::kEnd;
  };
  if (!layout->index) {
    EntryReader reader{file.substr(kMagicBytes), kMagicBytes, layout->reader_options(16, true)};
    return walk(reader) && !check_end(file, *layout, reader.offset());
  }
  for (const BlockRange& block : layout->index->blocks) {
    if (check_block(file, block)) return false;
    EntryReader reader{file.substr(block.offset, block.size), block.offset,
                       layout->reader_options(16, false)};
    if (!walk(reader)) return false;
  }
  return true;
}

std::string sealed(std::string file) {
  const std::uint64_t crc = crc64(0, file);
  return file.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

}  // namespace

TEST_CASE("a file of ours has an index, sizes and notes") {
  const std::string file = sample();
  const auto layout = read_layout(file, 16);
  REQUIRE(layout.has_value());
  REQUIRE(layout->index.has_value());
  CHECK(layout->index->blocks.size() == 2);
  CHECK(layout->version == 9);
  CHECK(layout->notes.sizes.size() == 2);
  CHECK(layout->notes.field("redis-ver") == "7.0.15");
  CHECK(readable(file));
  CHECK(error(file, 6).empty());
  CHECK(error(file, 5).ends_with("a database beyond the configured number of databases"));
}

TEST_CASE("every flipped bit of a file is noticed") {
  const std::string file = sample();
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CHECK(!readable(flipped));
  }
}

TEST_CASE("every changed byte of a file is noticed") {
  const std::string file = sample();
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int add = 1; add < 256; add += 3) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] + add);
      CHECK(!readable(changed));
    }
  }
}

TEST_CASE("a file that is cut short, or goes on, is refused at every length") {
  const std::string file = sample();
  for (std::size_t size = 0; size < file.size(); ++size) CHECK(!readable(file.substr(0, size)));
  CHECK(!readable(file + '\0'));
  CHECK(readable(file));
}

TEST_CASE("the magic says whose file it is") {
  CHECK(error("") == "at offset 0: this is not an RDB file");
  CHECK(error("REDIS000") == "at offset 0: the version of the RDB file cannot be read");
  CHECK(error("REDISabcd") == "at offset 0: the version of the RDB file cannot be read");
  CHECK(error("REDIS0013\xFF") == "at offset 0: RDB version 13 cannot be read");
  CHECK(error("VALKEY081\xFF") == "at offset 0: RDB version 81 cannot be read");
  CHECK(readable(sealed("REDIS0010\xFF")));
  CHECK(readable(sealed("VALKEY080\xFF")));
  CHECK(readable("REDIS0003\xFF"));  // before there were checksums
  CHECK(
      !readable("REDIS0003\xFF"
                "12345678"));
}

TEST_CASE("a checksum of 0 says that none was computed") {
  CHECK(
      readable("REDIS0009\xFE\x00\x00\x01"
               "a\x01"
               "b\xFF"s +
               std::string(8, '\0')));
  CHECK(
      !readable("REDIS0009\xFE\x00\x00\x01"
                "a\x01"
                "b\xFF"s +
                std::string(8, '\1')));
}
