#include "tests/support/words.h"

#include <doctest/doctest.h>

#include <stdexcept>

using countd::test::split_words;
using countd::test::Words;

TEST_CASE("words are split and unquoted as redis-cli does") {
  CHECK(split_words("  SET a  \"x y\\n\\x00\\\"\" 'b\\'\\n' ") ==
        Words{"SET", "a", std::string("x y\n\0\"", 6), "b'\\n"});
  CHECK(split_words("\"\" ''") == Words{"", ""});
  CHECK(split_words("").empty());
  CHECK_THROWS_AS(split_words("\"open"), std::runtime_error);
  CHECK_THROWS_AS(split_words("\"a\"b"), std::runtime_error);
}

TEST_CASE("a request is an array of bulk strings") {
  CHECK(countd::test::to_request({"GET", ""}) == "*2\r\n$3\r\nGET\r\n$0\r\n\r\n");
}
