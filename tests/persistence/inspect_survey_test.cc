#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/crc64.h"
#include "storage/rdb/file_writer.h"
#include "tools/inspect/survey.h"

using namespace countd;
using namespace std::string_literals;
using inspect::survey;

namespace {

std::string sample() {
  storage::rdb::FileWriter writer;
  std::string file = writer.head({});
  storage::rdb::BlockWriter entries{{}, [&](const storage::rdb::Block& block) {
                                      writer.add(block);
                                      file += block.bytes();
                                    }};
  using storage::ValueView;
  entries.emit(0, "user:1:visits", ValueView{std::int64_t{1}}, storage::kNoExpiry);
  entries.emit(0, "user:1:clicks", ValueView{std::int64_t{2}}, 5'000);
  entries.emit(0, "user:2:visits", ValueView{std::int64_t{3}}, 3'600'000);
  entries.emit(0, "plain", ValueView{std::string_view{"a text of some length"}}, 3'700'000);
  entries.emit(2, "user:1:visits", ValueView{std::int64_t{4}}, storage::kNoExpiry);
  entries.flush();
  return file + writer.tail(true);
}

std::string sealed(std::string file) {
  const std::uint64_t crc = storage::rdb::crc64(0, file);
  return file.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

}  // namespace

TEST_CASE("a survey counts by type, database, prefix and expiry, and names the largest") {
  const auto seen = survey(sample(), {.now = 10'000, .largest = 2});
  CHECK(seen.sound());
  CHECK(seen.all.keys == 5);
  CHECK(seen.types.at("counter").keys == 4);
  CHECK(seen.types.at("string").keys == 1);
  CHECK(seen.databases.at(0).all.keys == 4);
  CHECK(seen.databases.at(0).expires == 3);
  CHECK(seen.databases.at(2).all.keys == 1);
  CHECK(seen.prefixes.at("user:1:").keys == 3);
  CHECK(seen.prefixes.at("").keys == 1);
  CHECK(seen.expiry.none == 2);
  CHECK(seen.expiry.expired == 1);
  CHECK(seen.expiry.within_hour == 1);
  CHECK(seen.expiry.within_day == 1);
  REQUIRE(seen.largest.size() == 2);
  CHECK(seen.largest[0].key == "plain");
  CHECK(seen.largest[0].bytes > seen.largest[1].bytes);
  CHECK(seen.blocks == 2);
  CHECK(seen.checks.checksum == "ok");
  CHECK(seen.checks.index == "ok");
  CHECK(seen.checks.duplicates == "ok");
}

TEST_CASE("prefixes beyond the bound are counted together") {
  const auto seen = survey(sample(), {.prefixes = 1});
  CHECK(seen.prefixes.size() == 1);
  CHECK(seen.prefixes.begin()->second.keys + seen.other_prefixes.keys == 5);
}

TEST_CASE("what is wrong with a file is told, and makes it unsound") {
  const auto twice = survey(sealed("REDIS0009\xFE\x00\x00\x01k\x01x\x00\x01k\x01y\xFF"s), {});
  CHECK(twice.checks.duplicates == "1 keys occur more than once");
  CHECK(!twice.sound());
  std::string flipped = sample();
  flipped[flipped.find("some length")] = 'S';
  CHECK(!survey(flipped, {}).sound());
  const auto cut = survey(sample().substr(0, 150), {});
  REQUIRE(cut.error.has_value());
  CHECK(!cut.sound());
  CHECK(!survey("something else", {}).sound());
}

TEST_CASE("values of types not held are counted under their names") {
  const auto seen = survey(sealed("REDIS0010\x01\x01l\x01\x01x\xFF"s), {});
  CHECK(seen.types.at("list").keys == 1);
  CHECK(seen.sound());
}
