#include "storage/rdb/file_writer.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/crc64.h"
#include "storage/rdb/file_layout.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

TEST_CASE("a seed is spelled with sixteen digits and read back") {
  CHECK(spell_seed(0xabc) == "0000000000000abc");
  CHECK(parse_seed("0000000000000abc") == 0xabc);
  CHECK(parse_seed(spell_seed(~0ull)) == ~0ull);
  CHECK(!parse_seed("abc"));
  CHECK(!parse_seed("000000000000000g"));
}

TEST_CASE("the head says what Redis's says, and the sizes of databases that have entries") {
  FileWriter writer;
  FileFacts facts;
  facts.created_seconds = 1'700'000'000;
  facts.used_memory_bytes = 100;
  facts.hash_seed = 7;
  facts.sizes = {{0, 3, 1}, {1, 0, 0}, {2, 70, 0}};
  const std::string head = writer.head(facts);
  CHECK(
      head.starts_with("REDIS0009\xFA\x09redis-ver\x06"
                       "7.0.15\xFA\x0Aredis-bits\xC0\x40"s));
  CHECK(head.find("\xFA\x05"
                  "ctime\xC2\x00\xF1\x53\x65"s) != std::string::npos);
  CHECK(head.find("\xFA\x10"
                  "countd-hash-seed\x10"
                  "0000000000000007"s) != std::string::npos);
  CHECK(head.ends_with("\xFE\x00\xFB\x03\x01\xFE\x02\xFB\x40\x46\x00"s));
  CHECK(writer.size_bytes() == head.size());
}

TEST_CASE("the CRC is that of the whole file, whatever order the blocks come in") {
  std::vector<Block> blocks;
  BlockWriter entries{{}, [&](Block block) { blocks.push_back(std::move(block)); }};
  for (int db = 0; db < 5; ++db) {
    entries.emit(db, "key", ValueView{std::int64_t{db}}, kNoExpiry);
  }
  entries.flush();
  FileWriter writer;
  std::string file = writer.head({});
  for (const std::size_t i : {3u, 0u, 4u, 1u, 2u}) {
    writer.add(blocks[i]);
    file += blocks[i].bytes();
  }
  file += writer.tail(true);
  CHECK(writer.size_bytes() == file.size());
  Decoder crc{std::string_view{file}.substr(file.size() - 8)};
  CHECK(crc.number<std::uint64_t>() == crc64(0, {file.data(), file.size() - 8}));
  const auto layout = read_layout(file, 16);
  REQUIRE(layout.has_value());
  REQUIRE(layout->index.has_value());
  CHECK(layout->index->blocks.size() == 5);
}

TEST_CASE("without a checksum the CRC is 0") {
  FileWriter writer;
  std::string file = writer.head({});
  file += writer.tail(false);
  CHECK(file.ends_with(std::string(8, '\0')));
  CHECK(read_layout(file, 16).has_value());
}
