#include "storage/rdb/skip_value.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

struct Sample {
  std::uint8_t type;
  std::string bytes;
  std::string_view name;
  Vendor vendor = Vendor::kRedis;
};

const std::string kTime(8, 't');
const std::string kId(16, 'i');

/// One group "g" with one pending entry, and one consumer "c" that has it.
std::string group(int version) {
  const std::string read = version >= 2 ? "\x07" : "";
  const std::string active = version >= 3 ? kTime : "";
  return "\x01"
         "\x01"
         "g"
         "\x05\x06" +
         read + "\x01" + kId + kTime + "\x02" +
         "\x01"
         "\x01"
         "c" +
         kTime + active + "\x01" + kId;
}

std::string stream(int version) {
  const std::string ids = version >= 2 ? "\x01\x02\x03\x04\x05" : "";
  return "\x01\x10" + kId +
         "\x02"
         "lp"
         "\x01\x05\x06" +
         ids + group(version);
}

const Sample kSamples[] = {
    {0,
     "\x01"
     "a",
     "string"},
    {0,
     "\xC3\x03\x0A"
     "abc",
     "string"},
    {1,
     "\x02\x01"
     "a\xC0\x05",
     "list"},
    {2,
     "\x01\x01"
     "a",
     "set"},
    {3,
     "\x03\x01"
     "a\x03"
     "1.5\x01"
     "b\xfd\x01"
     "c\xff",
     "zset"},
    {4,
     "\x01\x01"
     "f\x01"
     "v",
     "hash"},
    {5,
     "\x01\x01"
     "a"
     "12345678",
     "zset"},
    {7, "\x81\x08\xc4\xa4\xf9\x36\x0f\x10\x00\x02\x05\x00"s, "module value"},
    {9,
     "\x02"
     "zm",
     "hash"},
    {10,
     "\x02"
     "zl",
     "list"},
    {11,
     "\x02"
     "is",
     "set"},
    {12,
     "\x02"
     "zl",
     "zset"},
    {13,
     "\x02"
     "zl",
     "hash"},
    {14,
     "\x02\x02"
     "zl\x02"
     "zl",
     "list"},
    {15, stream(1), "stream"},
    {16,
     "\x02"
     "lp",
     "hash"},
    {17,
     "\x02"
     "lp",
     "zset"},
    {18,
     "\x02\x01\x02"
     "ab\x02\x02"
     "lp",
     "list"},
    {19, stream(2), "stream"},
    {20,
     "\x02"
     "lp",
     "set"},
    {21, stream(3), "stream"},
    {22,
     "\x01\x05\x01"
     "f\x01"
     "v",
     "hash"},
    {22,
     "\x01\x01"
     "f\x01"
     "v" +
         kTime,
     "hash", Vendor::kValkey},
    {23,
     "\x02"
     "lp",
     "hash"},
    {24,
     kTime + "\x01\x05\x01"
             "f\x01"
             "v",
     "hash"},
    {25,
     kTime + "\x02"
             "lp",
     "hash"},
};

}  // namespace

TEST_CASE("each type is passed over to its last byte, and has a name") {
  for (const Sample& sample : kSamples) {
    CAPTURE(static_cast<int>(sample.type));
    Decoder in{sample.bytes};
    skip_value(in, sample.type, sample.vendor);
    CHECK(!in.failed());
    CHECK(in.at_end());
    CHECK(type_name(sample.type) == sample.name);
  }
}

TEST_CASE("each type that is cut short anywhere fails") {
  for (const Sample& sample : kSamples) {
    for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
      CAPTURE(static_cast<int>(sample.type));
      CAPTURE(size);
      Decoder in{std::string_view{sample.bytes}.substr(0, size)};
      skip_value(in, sample.type, sample.vendor);
      CHECK(in.failed());
    }
  }
}

TEST_CASE("types that are unknown or cannot be passed over fail") {
  for (const int type : {6, 8, 26, 100, 242}) {
    Decoder in{
        "\x01"
        "a"};
    skip_value(in, static_cast<std::uint8_t>(type), Vendor::kRedis);
    CHECK(in.failed());
  }
}
