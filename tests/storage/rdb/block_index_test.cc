#include "storage/rdb/block_index.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

const std::vector<BlockRange> kBlocks{{9, 20, 0xe9c6d914c4b8d9ca}, {29, 11, 0}};

/// A file whose blocks end at `offset`.
std::string file_with(const std::string& index, std::size_t offset) {
  return std::string(offset, 'x') + index + "\xFF" + "12345678";
}

}  // namespace

TEST_CASE("the two notes, byte for byte") {
  const std::string lines = "9 20 e9c6d914c4b8d9ca\n29 11 0000000000000000\n";
  CHECK(spell_index(kBlocks, 40) ==
        "\xFA\x0C"
        "countd-index"s +
            static_cast<char>(lines.size()) + lines +
            "\xFA\x0F"
            "countd-index-at\x10" +
            "0000000000000028");
}

TEST_CASE("an index is found again from the end of the file") {
  const auto index = find_index(file_with(spell_index(kBlocks, 40), 40));
  REQUIRE(index.has_value());
  CHECK(index->blocks == kBlocks);
  CHECK(index->begin == 9);
  CHECK(index->end == 40);
  const auto empty = find_index(file_with(spell_index({}, 30), 30));
  REQUIRE(empty.has_value());
  CHECK((empty->blocks.empty() && empty->begin == 30 && empty->end == 30));
}

TEST_CASE("what cannot be true is no index") {
  const std::string file = file_with(spell_index(kBlocks, 40), 40);
  CHECK(!find_index(""));
  CHECK(
      !find_index("REDIS0009\xFF"
                  "12345678"));
  CHECK(!find_index(file.substr(1)));                                // all offsets are off
  CHECK(!find_index(file + "x"));                                    // bytes after the end
  CHECK(!find_index(file_with(spell_index(kBlocks, 41), 40)));       // points beside it
  CHECK(!find_index(file_with(spell_index(kBlocks, 4000), 40)));     // points beyond it
  CHECK(!find_index(file_with(spell_index({{9, 20, 1}}, 40), 40)));  // a gap at the end
  CHECK(!find_index(file_with(spell_index({{9, 32, 1}}, 40), 40)));  // a block too long
  CHECK(!find_index(file_with(spell_index({{9, 11, 1}, {21, 19, 1}}, 40), 40)));  // a gap
  CHECK(!find_index(file_with(spell_index({{9, ~0ull, 1}, {8, 32, 1}}, 40), 40)));
}

TEST_CASE("no flipped bit of an index makes the search crash") {
  const std::string file = file_with(spell_index(kBlocks, 40), 40);
  for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto index = find_index(flipped);
    if (index) CHECK(index->end == 40);
  }
}
