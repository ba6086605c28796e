#include "storage/base/value.h"

#include <doctest/doctest.h>

using namespace countd::storage;

TEST_CASE("text that spells a canonical integer becomes a counter") {
  CHECK(std::get<std::int64_t>(value_of_text("42")) == 42);
  CHECK(std::get<std::string_view>(value_of_text("042")) == "042");
}

TEST_CASE("a view knows its type, encoding and text in each form") {
  IntegerText buffer;
  CHECK(ValueView{}.type() == Type::kNone);
  const ValueView integer{std::int64_t{-5}};
  CHECK(integer.encoding() == "int");
  CHECK(integer.text(buffer) == "-5");
  const ValueView text{std::string_view{"abc"}};
  CHECK(text.encoding() == "embstr");
  CHECK(text.text(buffer) == "abc");
  const StringObject object{std::string(100, 'x')};
  const ValueView raw{&object};
  CHECK(raw.encoding() == "raw");
  CHECK(raw.type() == Type::kString);
  CHECK(raw.text(buffer).size() == 100);
  CHECK(object.memory_bytes() >= 100);
}

TEST_CASE("a clone of a string has its bytes and not its cache") {
  StringObject object{"hello"};
  object.cache = std::make_unique<StringCache>();
  const auto copy = object.clone();
  CHECK(static_cast<StringObject&>(*copy).bytes == "hello");
  CHECK(static_cast<StringObject&>(*copy).cache == nullptr);
}
