#include "storage/rdb/crc64.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace countd::storage::rdb;

namespace {

/// The definition, one bit a step.
std::uint64_t crc64_by_bits(std::uint64_t crc, std::string_view bytes) {
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x95ac9329ac4bc9b5 : 0);
  }
  return crc;
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

TEST_CASE("the check value of the format") {
  CHECK(crc64(0, "123456789") == 0xe9c6d914c4b8d9ca);
  CHECK(crc64(0, "") == 0);
}

TEST_CASE("every path gives what the definition gives, at every length and from any start") {
  std::mt19937_64 random{1};
  for (std::size_t size = 0; size < 700; ++size) {
    const std::string bytes = random_bytes(random, size);
    const std::uint64_t start = size % 3 == 0 ? 0 : random();
    const std::uint64_t expected = crc64_by_bits(start, bytes);
    CHECK(crc64_by_tables(start, bytes) == expected);
    CHECK(crc64(start, bytes) == expected);
  }
}

TEST_CASE("the CRC of two parts is combined from theirs") {
  std::mt19937_64 random{2};
  for (int round = 0; round < 200; ++round) {
    const std::string a = random_bytes(random, random() % 300);
    const std::string b = random_bytes(random, random() % 5000);
    CHECK(crc64_combine(crc64(0, a), crc64(0, b), b.size()) == crc64(0, a + b));
  }
  CHECK(crc64_combine(7, 0, 0) == 7);
}
