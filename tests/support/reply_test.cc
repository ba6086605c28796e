#include "tests/support/reply.h"

#include <doctest/doctest.h>

using countd::test::parse_reply;
using countd::test::render;

TEST_CASE("a reply that is cut anywhere is not complete, and whole it is read to its end") {
  const std::string bytes = "*4\r\n$3\r\na\r\n\r\n%1\r\n+k\r\n:-7\r\n$-1\r\n=6\r\ntxt:ab\r\n";
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::size_t at = 0;
    CHECK_FALSE(parse_reply(std::string_view(bytes).substr(0, length), at).has_value());
    CHECK(at == 0);
  }
  std::size_t at = 0;
  const auto reply = parse_reply(bytes, at);
  REQUIRE(reply.has_value());
  CHECK(at == bytes.size());
  CHECK(render(*reply) == "*4\n  \"a\\r\\n\"\n  %1\n    +k\n    :-7\n  $-1\n  =txt \"ab\"");
}

TEST_CASE("what is no reply is refused") {
  for (const std::string_view bytes : {"hello\r\n", ":1x\r\n", "$2\r\nabc\r\n", "*-2\r\n", "\r\n",
                                       "#x\r\n", "_1\r\n", "$-2\r\n", "+a\rb\r\n"}) {
    std::size_t at = 0;
    CHECK_THROWS_AS(parse_reply(bytes, at), countd::test::MalformedReply);
  }
}
