#include "tests/differential/compare.h"

#include <doctest/doctest.h>

using namespace countd::differential;
using countd::test::Reply;

namespace {
Reply integer(const char* text) {
  return Reply{.type = ':', .null = false, .text = text, .items = {}};
}
Reply bulk(std::string text) {
  return Reply{.type = '$', .null = false, .text = std::move(text), .items = {}};
}
}  // namespace

TEST_CASE("payloads agree if their values do, however well they were compressed") {
  const std::string trailer("\x0a\0........", 10);
  const std::string plain = std::string(
                                "\0\x03"
                                "abc",
                                5) +
                            trailer;
  CHECK(open_payload(plain).has_value());
  CHECK_FALSE(open_payload("short").has_value());
  // What Redis 7.0.15 answers for seventy digits.
  const std::string packed = std::string(
                                 "\0\xc3\x12@F\n01234567890\xe0"
                                 "0\t\x01"
                                 "89",
                                 23) +
                             trailer;
  const auto opened = open_payload(packed);
  REQUIRE(opened.has_value());
  CHECK(opened->ends_with("0123456789"));
  CHECK(opened->size() == 2 + 4 + 70);
  CHECK_FALSE(agree(bulk(plain), bulk(packed), Compare::kPayload));
  CHECK(agree(bulk(packed), bulk(packed), Compare::kPayload));
}

TEST_CASE("times agree if they are near; states of no time only if they are the same") {
  CHECK(agree(integer("100000"), integer("100004"), Compare::kTime));
  CHECK_FALSE(agree(integer("100000"), integer("500000"), Compare::kTime));
  CHECK_FALSE(agree(integer("-1"), integer("-2"), Compare::kTime));
  CHECK_FALSE(agree(integer("1"), integer("2"), Compare::kExact));
}
