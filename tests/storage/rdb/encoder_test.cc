#include "storage/rdb/encoder.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/decoder.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

std::string spelled(std::uint64_t length) {
  Encoder out;
  out.length(length);
  return std::string{out.bytes()};
}

std::string spelled_string(std::string_view text, bool compress) {
  Encoder out;
  out.string(text, compress);
  return std::string{out.bytes()};
}

std::string spelled_integer(std::int64_t value) {
  Encoder out;
  out.integer(value);
  return std::string{out.bytes()};
}

}  // namespace

TEST_CASE("a length takes the shortest of its forms") {
  CHECK(spelled(0) == "\x00"s);
  CHECK(spelled(63) == "\x3f");
  CHECK(spelled(64) == "\x40\x40");
  CHECK(spelled(16383) == "\x7f\xff");
  CHECK(spelled(16384) == "\x80\x00\x00\x40\x00"s);
  CHECK(spelled(0xffffffff) == "\x80\xff\xff\xff\xff");
  CHECK(spelled(0x100000000) == "\x81\x00\x00\x00\x01\x00\x00\x00\x00"s);
}

TEST_CASE("an integer takes 8, 16 or 32 bits, and decimal text beyond") {
  CHECK(spelled_integer(1) == "\xC0\x01");
  CHECK(spelled_integer(-128) == "\xC0\x80");
  CHECK(spelled_integer(128) == "\xC1\x80\x00"s);
  CHECK(spelled_integer(-32768) == "\xC1\x00\x80"s);
  CHECK(spelled_integer(32768) == "\xC2\x00\x80\x00\x00"s);
  CHECK(spelled_integer(-2147483648) == "\xC2\x00\x00\x00\x80"s);
  CHECK(spelled_integer(2147483648) ==
        "\x0A"
        "2147483648");
  CHECK(spelled_integer(std::numeric_limits<std::int64_t>::min()) ==
        "\x14"
        "-9223372036854775808");
}

TEST_CASE("a string that spells an integer of 32 bits becomes one, any other does not") {
  CHECK(spelled_string("123", true) == "\xC0\x7b");
  CHECK(spelled_string("-2147483648", true) == "\xC2\x00\x00\x00\x80"s);
  CHECK(spelled_string("2147483648", true) ==
        "\x0A"
        "2147483648");
  CHECK(spelled_string("0123", true) ==
        "\x04"
        "0123");
  CHECK(spelled_string("", true) == "\x00"s);
}

TEST_CASE("only strings longer than 20 bytes that gain by it are compressed, and only if asked") {
  const std::string twenty(20, 'a');
  CHECK(spelled_string(twenty, true) == "\x14" + twenty);
  const std::string same(100, 'a');
  CHECK(spelled_string(same, true).size() < 20);
  CHECK(spelled_string(same, true)[0] == '\xC3');
  CHECK(spelled_string(same, false) == "\x40\x64" + same);
  const std::string different = "abcdefghijklmnopqrstuvwxyz0123456789";
  CHECK(spelled_string(different, true) == "\x24" + different);
}

TEST_CASE("what grows keeps what it had, and starts empty after it was handed over") {
  Encoder out{2};
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    out.plain_string("abc");
    expected +=
        "\x03"
        "abc";
  }
  CHECK(out.bytes() == expected);
  const auto memory = out.release();
  CHECK(std::string_view{memory.get(), expected.size()} == expected);
  CHECK(out.size() == 0);
  out.byte(7);
  CHECK(out.bytes() == "\x07");
}
