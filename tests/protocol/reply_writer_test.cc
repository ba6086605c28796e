#include "protocol/reply_writer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>

using namespace countd::protocol;

namespace {

template <class Write>
std::string written(Version version, Write&& write) {
  ByteBuffer out;
  ReplyWriter writer(out, version);
  write(writer);
  return std::string(out.view());
}

/// Checks both forms of one reply.
template <class Write>
void check_forms(std::string_view resp2, std::string_view resp3, Write&& write) {
  CHECK(written(Version::kResp2, write) == resp2);
  CHECK(written(Version::kResp3, write) == resp3);
}

std::string format(double value) {
  char buffer[40];
  return std::string(format_double(value, buffer));
}

}  // namespace

TEST_CASE("types that both versions share are written alike") {
  const auto same = [](std::string_view form, auto write) { check_forms(form, form, write); };
  same("+OK\r\n", [](ReplyWriter& w) { w.simple("OK"); });
  same("-ERR syntax error\r\n", [](ReplyWriter& w) { w.error("ERR syntax error"); });
  same(":-5\r\n", [](ReplyWriter& w) { w.integer(-5); });
  same("$5\r\nhello\r\n", [](ReplyWriter& w) { w.bulk("hello"); });
  same("$0\r\n\r\n", [](ReplyWriter& w) { w.bulk(""); });
  same("*3\r\n", [](ReplyWriter& w) { w.array(3); });
  same("*0\r\n", [](ReplyWriter& w) { w.array(0); });
  same(":1\r\n", [](ReplyWriter& w) { w.raw(":1\r\n"); });
}

TEST_CASE("every type of RESP3 has its RESP2 form") {
  check_forms("$-1\r\n", "_\r\n", [](ReplyWriter& w) { w.null(); });
  check_forms("*-1\r\n", "_\r\n", [](ReplyWriter& w) { w.null_array(); });
  check_forms("*4\r\n", "%2\r\n", [](ReplyWriter& w) { w.map(2); });
  check_forms("*2\r\n", "~2\r\n", [](ReplyWriter& w) { w.set(2); });
  check_forms("*3\r\n", ">3\r\n", [](ReplyWriter& w) { w.push(3); });
  check_forms(":1\r\n", "#t\r\n", [](ReplyWriter& w) { w.boolean(true); });
  check_forms(":0\r\n", "#f\r\n", [](ReplyWriter& w) { w.boolean(false); });
  check_forms("$3\r\n1.5\r\n", ",1.5\r\n", [](ReplyWriter& w) { w.number(1.5); });
  check_forms("$4\r\n-inf\r\n", ",-inf\r\n", [](ReplyWriter& w) { w.number(-INFINITY); });
  check_forms("$3\r\nnan\r\n", ",nan\r\n", [](ReplyWriter& w) { w.number(-NAN); });
  check_forms("$3\r\n123\r\n", "(123\r\n", [](ReplyWriter& w) { w.big_number("123"); });
  check_forms("-ERR no\r\n", "!6\r\nERR no\r\n", [](ReplyWriter& w) { w.bulk_error("ERR no"); });
  check_forms("$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n", [](ReplyWriter& w) { w.verbatim("txt", "hi"); });
  CHECK(written(Version::kResp3, [](ReplyWriter& w) { w.attribute(1); }) == "|1\r\n");
}

TEST_CASE("a status or an error stays on its line, a bulk string keeps its bytes") {
  check_forms("+a  b\r\n", "+a  b\r\n", [](ReplyWriter& w) { w.simple("a\r\nb"); });
  check_forms("-ERR  x\r\n", "-ERR  x\r\n", [](ReplyWriter& w) { w.error("ERR \nx"); });
  const std::string bytes("\0\r\n\xff", 4);
  CHECK(written(Version::kResp2, [&](ReplyWriter& w) { w.bulk(bytes); }) ==
        "$4\r\n" + bytes + "\r\n");
}

TEST_CASE("integers are written as the standard library writes them") {
  const auto check = [](std::int64_t value) {
    char text[24];
    const auto size = write_integer(text, value);
    REQUIRE(size <= 24);
    REQUIRE(std::string_view(text, size) == ":" + std::to_string(value) + "\r\n");
  };
  std::uint64_t power = 1;
  for (int digits = 0; digits < 20; ++digits, power *= 10) {
    for (const std::uint64_t near : {power - 1, power, power + 1}) {
      check(static_cast<std::int64_t>(near));
      check(-static_cast<std::int64_t>(near));
    }
  }
  for (int bit = 0; bit < 64; ++bit) {
    check(static_cast<std::int64_t>(std::uint64_t{1} << bit));
    check(static_cast<std::int64_t>((std::uint64_t{1} << bit) - 1));
  }
  check(std::numeric_limits<std::int64_t>::min());
  check(std::numeric_limits<std::int64_t>::max());
  std::mt19937_64 random(3);
  for (int i = 0; i < 100000; ++i) {
    check(static_cast<std::int64_t>(random() >> (random() % 64)));
  }
}

TEST_CASE("doubles are spelled as Redis 7.0 spells them") {
  CHECK(format(0) == "0");
  CHECK(format(-0.0) == "-0");
  CHECK(format(3) == "3");
  CHECK(format(0.1) == "0.10000000000000001");
  CHECK(format(1e15) == "1000000000000000");
  CHECK(format(1e17) == "1e+17");
  CHECK(format(1e20) == "1e+20");
  CHECK(format(-1.7976931348623157e308) == "-1.7976931348623157e+308");
  CHECK(format(5e-324) == "4.9406564584124654e-324");
  CHECK(format(INFINITY) == "inf");
  CHECK(format(-INFINITY) == "-inf");
  CHECK(format(NAN) == "nan");
}

TEST_CASE("a double read back from its text is the same double") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isnormal(value)) continue;
    REQUIRE(std::stod(format(value)) == value);
  }
}
