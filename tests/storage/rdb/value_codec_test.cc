#include "storage/rdb/value_codec.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/rdb/module_value.h"
#include "storage/sketch/count_min.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

/// Encodes, decodes, and gives the decoded value to `look`.
template <class Look>
void round_trip(const ValueView& value, bool compress, Look&& look) {
  Encoder out;
  encode_value(out, value, compress);
  Decoder in{out.bytes()};
  MadeTexts made;
  DecodedValue decoded = decode_value(in, value_type(value), Vendor::kRedis, made);
  REQUIRE(decoded.value.has_value());
  CHECK(in.at_end());
  look(*decoded.value);
}

}  // namespace

TEST_CASE("integers, short texts and long texts are read back in their form") {
  for (const std::int64_t integer : {std::int64_t{0}, std::int64_t{-129}, std::int64_t{1} << 40}) {
    round_trip(ValueView{integer}, true,
               [&](NewValue& value) { CHECK(std::get<std::int64_t>(value) == integer); });
  }
  round_trip(ValueView{std::string_view{"short"}}, true,
             [](NewValue& value) { CHECK(std::get<std::string_view>(value) == "short"); });
  const StringObject object{std::string(5000, 'x')};
  for (const bool compress : {false, true}) {
    round_trip(ValueView{&object}, compress,
               [&](NewValue& value) { CHECK(std::get<std::string_view>(value) == object.bytes); });
  }
}

TEST_CASE("a text that spells an integer is read as a counter") {
  const StringObject object{"12"};
  round_trip(ValueView{&object}, true,
             [](NewValue& value) { CHECK(std::get<std::int64_t>(value) == 12); });
  MadeTexts made;
  Decoder in{
      "\x0A"
      "9876543210"};
  CHECK(std::get<std::int64_t>(decode_string_value(in, made)) == 9876543210);
}

TEST_CASE("a sketch is a module value and is read back as a sketch") {
  const auto sketch = CountMinSketch::create({3, 2});
  CHECK(sketch->add("a", 5).has_value());
  round_trip(ValueView{sketch.get()}, true, [](NewValue& value) {
    const auto& object = std::get<std::unique_ptr<Object>>(value);
    CHECK(object->type() == Type::kCountMin);
    CHECK(static_cast<const CountMinSketch&>(*object).estimate("a") == 5);
  });
}

TEST_CASE("values of other types are passed over and named") {
  MadeTexts made;
  Decoder list{
      "\x01\x01"
      "a"};
  const DecodedValue decoded = decode_value(list, 1, Vendor::kRedis, made);
  CHECK(!decoded.value);
  CHECK(decoded.unsupported->type == "list");
  Encoder module;
  module.length(module_id("TopK-TYPE", 0));
  module.length(0);
  Decoder in{module.bytes()};
  CHECK(decode_value(in, 7, Vendor::kRedis, made).unsupported->type == "module value TopK-TYPE");
}

TEST_CASE("a damaged value is neither a value nor unsupported") {
  MadeTexts made;
  Decoder in{
      "\x05"
      "abc"};
  const DecodedValue decoded = decode_value(in, 0, Vendor::kRedis, made);
  CHECK((!decoded.value && !decoded.unsupported));
  CHECK(in.failed());
}
