#include "storage/sketch/murmur_hash.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace countd::storage;

// Computed by an independent program with unbounded integers.
TEST_CASE("both hashes give the known values for every length of the last word") {
  struct Known {
    std::size_t length;
    std::uint64_t hash_64a;
    std::uint32_t hash_2;
  };
  const std::string_view text = "countable";
  for (const Known& known : {
           Known{0, 0xd8dfea6585bc9732, 0x00000000},
           Known{1, 0x7585a45533f260f4, 0x86b7b9f4},
           Known{2, 0xe92141c37529daa2, 0xa9d67736},
           Known{3, 0x43af07ed13a6872c, 0xe58a01a7},
           Known{4, 0xe29df22af17531e3, 0x32f3a16c},
           Known{5, 0x9888539c78f46920, 0x800a6879},
           Known{6, 0x43d80b1ac453d877, 0x104a1443},
           Known{7, 0xd32bac523376edc1, 0xd4986b94},
           Known{8, 0xfdc1e21dfc0be7df, 0xb2143642},
           Known{9, 0x0c976a972ed47a13, 0x1b9e37ed},
       }) {
    CHECK(murmur_hash_64a(text.substr(0, known.length), 0xadc83b19) == known.hash_64a);
    const auto seed = static_cast<std::uint32_t>(known.length);
    CHECK(murmur_hash_2(text.substr(0, known.length), seed) == known.hash_2);
  }
}

TEST_CASE("bytes are hashed alike wherever they lie in memory") {
  const std::string padded = "xxxxxxxxThe quick brown fox";
  for (std::size_t at = 0; at < 8; ++at) {
    const std::string copy = padded.substr(at);
    CHECK(murmur_hash_64a(std::string_view(padded).substr(at), 7) == murmur_hash_64a(copy, 7));
    CHECK(murmur_hash_2(std::string_view(padded).substr(at), 7) == murmur_hash_2(copy, 7));
  }
}
