#include "storage/rdb/block_writer.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "storage/rdb/crc64.h"
#include "storage/rdb/entry_reader.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

struct Collected {
  explicit Collected(BlockOptions options = {})
      : writer{options, [this](Block block) { blocks.push_back(std::move(block)); }} {}
  std::vector<Block> blocks;
  BlockWriter writer;
};

}  // namespace

TEST_CASE("a block begins with its database and holds entries of no other") {
  Collected out;
  out.writer.emit(0, "a", ValueView{std::int64_t{1}}, kNoExpiry);
  out.writer.emit(3, "b", ValueView{std::string_view{"x"}}, 258);
  out.writer.emit(0, "c", ValueView{std::int64_t{300}}, kNoExpiry);
  CHECK(out.blocks.empty());
  out.writer.flush();
  REQUIRE(out.blocks.size() == 2);
  CHECK(out.blocks[0].bytes() ==
        "\xFE\x00\x00\x01"
        "a\xC0\x01\x00\x01"
        "c\xC1\x2c\x01"s);
  CHECK(out.blocks[0].entries == 2);
  CHECK(out.blocks[0].db == 0);
  CHECK(out.blocks[1].bytes() ==
        "\xFE\x03\xFC\x02\x01\x00\x00\x00\x00\x00\x00\x00\x01"
        "b\x01"
        "x"s);
  CHECK(out.blocks[1].db == 3);
  for (const Block& block : out.blocks) CHECK(block.crc == crc64(0, block.bytes()));
}

TEST_CASE("a block is handed over when it is full, and none is empty") {
  Collected out{{.size = 1000, .compress = true}};
  std::map<std::string, std::int64_t> expected;
  for (std::int64_t i = 0; i < 500; ++i) {
    const std::string key = "key:" + std::to_string(i);
    out.writer.emit(0, key, ValueView{i}, kNoExpiry);
    expected[key] = i;
  }
  CHECK(out.blocks.size() >= 4);
  out.writer.flush();
  out.writer.flush();
  std::map<std::string, std::int64_t> read;
  for (const Block& block : out.blocks) {
    CHECK(block.size <= 1100);
    EntryReader reader{block.bytes(), 0, {}};
    Entry entry;
    MadeTexts made;
    std::uint64_t entries = 0;
    while (reader.next(entry, made) == EntryReader::Step::kEntry) {
      read[std::string{entry.key}] = std::get<std::int64_t>(entry.value);
      ++entries;
    }
    CHECK(entries == block.entries);
    CHECK(entries > 0);
  }
  CHECK(read == expected);
}

TEST_CASE("an entry larger than a block makes a larger block") {
  Collected out{{.size = 1000, .compress = true}};
  const StringObject large{std::string(200'000, 'x')};
  out.writer.emit(0, "large", ValueView{&large}, kNoExpiry);
  REQUIRE(out.blocks.size() == 1);
  CHECK(out.blocks[0].size > 200'000);  // long strings are not compressed
  const StringObject middle{std::string(20'000, 'x')};
  out.writer.emit(0, "middle", ValueView{&middle}, kNoExpiry);
  out.writer.flush();
  CHECK(out.blocks[1].size < 1000);
}
