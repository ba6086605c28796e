#include "storage/rdb/module_value.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd::storage::rdb;
using namespace std::string_literals;

TEST_CASE("the id of a module's type is its name in six bits a letter, then its version") {
  static_assert(kCountMinId == 0x08c4a4f9360f1000);
  CHECK(module_name(kCountMinId) == "CMSk-TYPE");
  CHECK(module_name(module_id("TopK-TYPE", 5)) == "TopK-TYPE");
}

TEST_CASE("the parts of a module value are passed over up to the end mark") {
  const std::string parts =
      "\x01\x05\x02\x40\x80\x03"s
      "abcd"
      "\x04"
      "abcdefgh"
      "\x05\x03"
      "xyz"
      "\x00"
      "rest"s;
  Decoder in{parts};
  skip_module_parts(in);
  CHECK(!in.failed());
  CHECK(in.take(4) == "rest");
}

TEST_CASE("an unknown part, or an end in the middle, fails") {
  Decoder unknown{"\x06"};
  skip_module_parts(unknown);
  CHECK(unknown.error().text() == "at offset 0: unknown part of a module value");
  Decoder short_input{
      "\x04"
      "abc"};
  skip_module_parts(short_input);
  CHECK(short_input.failed());
}
