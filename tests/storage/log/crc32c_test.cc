#include "storage/log/crc32c.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace countd::storage::log;

TEST_CASE("known checksums, by the instruction and by tables") {
  std::string ascending(32, '\0');
  for (std::size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<char>(i);
  // RFC 3720, B.4.
  const std::pair<std::string, std::uint32_t> known[] = {
      {"", 0},
      {"123456789", 0xe3069283},
      {std::string(32, '\0'), 0x8a9136aa},
      {std::string(32, '\xff'), 0x62a8ab43},
      {ascending, 0x46dd794e},
  };
  for (const auto& [bytes, checksum] : known) {
    CHECK(crc32c(0, bytes) == checksum);
    CHECK(crc32c_by_tables(0, bytes) == checksum);
  }
}

TEST_CASE("both paths agree on any length and alignment, whole and in two parts") {
  std::mt19937_64 random{5};
  std::string bytes(400, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (int i = 0; i < 2000; ++i) {
    const std::size_t begin = random() % 20;
    const std::string_view part = std::string_view{bytes}.substr(begin, random() % 380);
    const std::size_t cut = part.empty() ? 0 : random() % part.size();
    const std::uint32_t whole = crc32c(0, part);
    REQUIRE(crc32c_by_tables(0, part) == whole);
    REQUIRE(crc32c(crc32c_by_tables(0, part.substr(0, cut)), part.substr(cut)) == whole);
    REQUIRE(crc32c_by_tables(crc32c(0, part.substr(0, cut)), part.substr(cut)) == whole);
  }
}
