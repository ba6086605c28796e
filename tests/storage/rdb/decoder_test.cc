#include "storage/rdb/decoder.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "storage/rdb/encoder.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

std::string failure(std::string_view bytes) {
  Decoder in{bytes, 100};
  MadeTexts made;
  in.text(made);
  REQUIRE(in.failed());
  CHECK(in.at_end());
  CHECK(in.length() == 0);
  return in.error().text();
}

}  // namespace

TEST_CASE("lengths are read back as they were written, whatever their form") {
  std::mt19937_64 random{3};
  for (int round = 0; round < 2000; ++round) {
    const std::uint64_t length = random() >> (random() % 64);
    Encoder out;
    out.length(length);
    Decoder in{out.bytes()};
    CHECK(in.length() == length);
    CHECK((in.at_end() && !in.failed()));
  }
}

TEST_CASE("strings are read back as they were written, and skipped to the same place") {
  std::mt19937_64 random{4};
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& byte : text) byte = static_cast<char>('0' + random() % (round % 2 == 0 ? 10 : 2));
    if (round % 5 == 0)
      text = std::to_string(static_cast<std::int64_t>(random() >> (random() % 64)));
    Encoder out;
    out.string(text, round % 3 != 0);
    MadeTexts made;
    Decoder in{out.bytes()};
    CHECK(in.text(made) == text);
    CHECK((in.at_end() && !in.failed()));
    Decoder skipping{out.bytes()};
    skipping.skip_string();
    CHECK((skipping.at_end() && !skipping.failed()));
  }
}

TEST_CASE("text stays where it is; integers and compressed strings are made") {
  const std::string bytes =
      "\x03"
      "abc\xC1\x39\x30"s;
  MadeTexts made;
  Decoder in{bytes};
  const StringRead text = in.string(made);
  CHECK(text.text.data() == bytes.data() + 1);
  CHECK(made.empty());
  const StringRead integer = in.string(made);
  CHECK(integer.is_integer);
  CHECK(integer.integer == 12345);
}

TEST_CASE("damaged strings fail at their offset and for good") {
  CHECK(failure("") == "at offset 100: the input ends in the middle");
  CHECK(failure("\x05"
                "abc") == "at offset 101: the input ends in the middle");
  CHECK(failure("\xC1\x01") == "at offset 101: the input ends in the middle");
  CHECK(failure("\xC4") == "at offset 100: unknown form of a string");
  CHECK(failure("\x90") == "at offset 100: a length was expected");
  CHECK(failure("\x81\xff\xff\xff\xff\xff\xff\xff\xff") ==
        "at offset 109: the input ends in the middle");
}

TEST_CASE("a compressed string cannot make its reader allocate what its bytes could not hold") {
  CHECK(failure("\xC3\x02\x81\x7f\xff\xff\xff\xff\xff\xff\xff"
                "ab") == "at offset 101: impossible sizes of a compressed string");
  CHECK(failure("\xC3\x09\x20"
                "ab") == "at offset 101: impossible sizes of a compressed string");
  CHECK(failure("\xC3\x02\x00"
                "ab"s) == "at offset 101: impossible sizes of a compressed string");
  CHECK(failure("\xC3\x02\x20\xff\xff") == "at offset 103: a compressed string is damaged");
}

TEST_CASE("a count beyond what can follow fails") {
  Decoder in{
      "\x04"
      "abc"};
  CHECK(in.count() == 0);
  CHECK(in.error().text() == "at offset 0: more elements are announced than can follow");
  Decoder enough{
      "\x03"
      "abc"};
  CHECK(enough.count() == 3);
}
