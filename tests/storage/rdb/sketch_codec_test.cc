#include "storage/rdb/sketch_codec.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/module_value.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

std::string encoded(const CountMinSketch& sketch) {
  Encoder out;
  encode_sketch(out, sketch);
  return std::string{out.bytes()};
}

}  // namespace

TEST_CASE("a sketch of 2 x 1 counters, byte for byte") {
  auto sketch = CountMinSketch::create({2, 1});
  sketch->cells()[0] = 1;
  sketch->cells()[1] = 0x01020304;
  sketch->set_total(300);
  CHECK(encoded(*sketch) ==
        "\x81\x08\xc4\xa4\xf9\x36\x0f\x10\x00\x02\x02\x02\x01\x02\x41\x2c"s
        "\x05\x08\x01\x00\x00\x00\x04\x03\x02\x01\x00"s);
}

TEST_CASE("a sketch is read back as it was written") {
  auto sketch = CountMinSketch::create({100, 7});
  for (int i = 0; i < 50; ++i) CHECK(sketch->add("item" + std::to_string(i), i + 1).has_value());
  const std::string bytes = encoded(*sketch);
  Decoder in{bytes};
  CHECK(in.length() == kCountMinId);
  const auto copy = decode_sketch(in);
  REQUIRE(copy != nullptr);
  CHECK(in.at_end());
  CHECK(copy->shape() == sketch->shape());
  CHECK(copy->total() == sketch->total());
  CHECK(copy->estimate("item7") == sketch->estimate("item7"));
}

TEST_CASE("cells that do not fit the shape are refused before memory is taken for them") {
  const auto refused = [](std::string bytes) {
    Decoder in{bytes};
    CHECK(decode_sketch(in) == nullptr);
    CHECK(in.failed());
  };
  refused(
      "\x02\x02\x02\x01\x02\x00\x05\x04"
      "abcd"
      "\x00"s);                                      // half of the cells
  refused("\x02\x00\x02\x01\x02\x00\x05\x00\x00"s);  // no width
  refused("\x02\x81\xff\xff\xff\xff\xff\xff\xff\xff\x02\x04\x02\x00\x05\x00\x00"s);
  refused(
      "\x02\x80\x3f\xff\xff\xff\x02\x80\x3f\xff\xff\xff\x02\x00\x05\x04"
      "abcd"
      "\x00"s);
  refused(
      "\x01\x01\x02\x01\x02\x00\x05\x04"
      "abcd"
      "\x00"s);  // a signed width
  refused(
      "\x02\x01\x02\x01\x02\x00\x05\x04"
      "abcd"s);  // no end mark
}
