#include "storage/sketch/row_hashes.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "storage/sketch/murmur_hash.h"

using namespace countd::storage;

TEST_CASE("eight rows at once are the eight rows one by one, on both paths") {
  std::mt19937_64 random(1);
  for (std::size_t length = 0; length < 70; ++length) {
    std::string item(length, '\0');
    for (char& c : item) c = static_cast<char>(random());
    for (const std::uint32_t first_row : {0u, 8u, 4096u}) {
      RowHashes fast;
      RowHashes portable;
      hash_rows(item, first_row, fast);
      hash_rows_portable(item, first_row, portable);
      CHECK(fast == portable);
      for (std::uint32_t row = 0; row < kRowsAtOnce; ++row) {
        CHECK(fast[row] == murmur_hash_2(item, first_row + row));
      }
    }
  }
}
