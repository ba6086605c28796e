#include "protocol/request_parser.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "protocol/reply_writer.h"
#include "tests/protocol/parse_all.h"

using namespace countd::protocol;
using Words = std::vector<std::string>;

namespace {

std::string encode(const Words& words) {
  ByteBuffer out;
  ReplyWriter writer(out, Version::kResp2);
  writer.array(words.size());
  for (const auto& word : words) writer.bulk(word);
  return std::string(out.view());
}

Words random_words(std::mt19937_64& random) {
  Words words(random() % 6 == 0 ? random() % 40 : 1 + random() % 4);
  for (auto& word : words) {
    word.resize(random() % 8 == 0 ? random() % 300 : random() % 12);
    for (auto& c : word) c = static_cast<char>(random());
  }
  return words;
}

/// Bytes that a client might send: mostly requests, some of them typed, some of them damaged.
std::string random_stream(std::mt19937_64& random, bool damaged) {
  std::string stream;
  for (auto requests = random() % 5 + 1; requests > 0; --requests) {
    switch (random() % 8) {
      case 0:
        stream += "PING\r\n";
        break;
      case 1:
        stream += "set \"a b\" 'c' d\"\\x00\"\n";
        break;
      case 2:
        stream += random() % 2 == 0 ? "\r\n" : "*-1\r\n";
        break;
      default:
        stream += encode(random_words(random));
    }
  }
  constexpr std::string_view kTelling = "*$\r\n0129-+\"'\\ :a";
  for (auto edits = damaged ? random() % 4 + 1 : 0; edits > 0; --edits) {
    const auto at = random() % stream.size();
    switch (random() % 3) {
      case 0:
        stream[at] = kTelling[random() % kTelling.size()];
        break;
      case 1:
        stream.erase(at, 1 + random() % 3);
        break;
      default:
        stream.insert(at, 1, kTelling[random() % kTelling.size()]);
    }
    if (stream.empty()) stream = "*";
  }
  return stream;
}

void check_error(std::string_view stream, std::string_view error, const ParserLimits& limits = {}) {
  CAPTURE(stream.substr(0, 80));
  CHECK(parse_whole_stream(stream, limits).error == error);
  CHECK(parse_bytewise(stream, limits).error == error);
}

}  // namespace

TEST_CASE("requests are read as they were written") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 500; ++round) {
    std::vector<Words> requests(1 + random() % 20);
    std::string stream;
    for (auto& words : requests) stream += encode(words = random_words(random));
    const auto whole = parse_whole_stream(stream);
    REQUIRE(whole.error.empty());
    REQUIRE(whole.requests == requests);
    REQUIRE(whole.consumed == stream.size());
  }
}

TEST_CASE("the outcome does not depend on how the stream is cut") {
  std::mt19937_64 random(12);
  for (int round = 0; round < 6000; ++round) {
    const auto stream = random_stream(random, round % 3 != 0);
    ParserLimits limits;
    limits.authenticated = random() % 4 != 0;
    if (random() % 4 == 0) limits.max_inline_bytes = 20;
    if (random() % 4 == 0) limits.max_bulk_bytes = 30;
    const auto whole = parse_whole_stream(stream, limits);
    const auto bytewise = parse_bytewise(stream, limits);
    const auto cut = parse_all(stream, limits, [&] { return 1 + random() % 40; });
    CAPTURE(stream);
    REQUIRE(whole == bytewise);
    REQUIRE(whole == cut);
    REQUIRE_FALSE(bytewise.missing_was_wrong);
    REQUIRE_FALSE(cut.missing_was_wrong);
  }
}

TEST_CASE("requests that begin alike are told apart") {
  // The second begins like the first up to some byte; lengths about what the parser keeps.
  std::vector<Words> alike = {
      {"INCR", "a"}, {"INCR", "b"},       {"INCS", "a"},     {"INCR"},         {"INCR", "a", "b"},
      {"incr", "a"}, {"INCRB", "a"},      {"", ""},          {"", "x"},        {"x"},
      {"y"},         {"$4\r\nINCR", "a"}, Words(12, "INCR"), Words(13, "INCR")};
  for (std::size_t size = 10; size < 20; ++size) alike.push_back({std::string(size, 'N'), "a"});
  for (const auto& first : alike) {
    for (const auto& second : alike) {
      const std::string stream = encode(first) + encode(second) + encode(second) + encode(first);
      const std::vector<Words> expected = {first, second, second, first};
      CAPTURE(stream);
      CHECK(parse_whole_stream(stream).requests == expected);
      CHECK(parse_bytewise(stream).requests == expected);
    }
  }
}

TEST_CASE("limits that change hold for a request like the one before") {
  const std::string request = encode({"INCR", "a", "b"});
  const auto outcome_under = [&](ParserLimits limits) {
    RequestParser parser{ParserLimits{}};
    std::vector<std::string_view> words;
    REQUIRE(parser.parse(request, words) == ParseStatus::kComplete);
    parser.set_limits(limits);
    return parser.parse(request, words) == ParseStatus::kComplete ? std::string_view("whole")
                                                                  : parser.error();
  };
  CHECK(outcome_under({}) == "whole");
  CHECK(outcome_under({.max_arguments = 2}) == "ERR Protocol error: invalid multibulk length");
  CHECK(outcome_under({.max_bulk_bytes = 3}) == "ERR Protocol error: invalid bulk length");
}

TEST_CASE("an empty line and an empty array are requests without words") {
  for (const auto* stream : {"\r\n", "\n", "   \r\n", "*0\r\n", "*-1\r\n", "*-5\r\n"}) {
    CAPTURE(stream);
    const auto parsed = parse_bytewise(stream);
    CHECK(parsed.error.empty());
    CHECK(parsed.requests == std::vector<Words>{{}});
    CHECK(parse_whole_stream(stream) == parsed);
  }
}

TEST_CASE("protocol errors have Redis's words") {
  const std::string invalid_count = "ERR Protocol error: invalid multibulk length";
  const std::string invalid_bulk = "ERR Protocol error: invalid bulk length";
  for (const auto* stream :
       {"*a\r\n", "*\r\n", "*+1\r\n", "*01\r\n", "*1x\r\n", "* 1\r\n", "*-0\r\n", "*2147483648\r\n",
        "*3000000000\r\n", "*99999999999999999999999\r\n"}) {
    check_error(stream, invalid_count);
  }
  for (const auto* stream :
       {"*1\r\n$\r\n", "*1\r\n$-1\r\n", "*1\r\n$a\r\n", "*1\r\n$+4\r\nPING\r\n", "*1\r\n$04\r\n",
        "*1\r\n$536870913\r\n", "*1\r\n$99999999999999999999\r\n", "*1\r\n$ 4\r\n"}) {
    check_error(stream, invalid_bulk);
  }
  check_error("*1\r\n+4\r\n", "ERR Protocol error: expected '$', got '+'");
  check_error("*2\r\n$4\r\nINCR\r\n:5\r\n", "ERR Protocol error: expected '$', got ':'");
  check_error("*1\r\n\r\n", "ERR Protocol error: expected '$', got '\r'");
  check_error("GET \"a\r\n", "ERR Protocol error: unbalanced quotes in request");
  const std::string long_line(64 * 1024 + 1, '1');
  check_error(long_line, "ERR Protocol error: too big inline request");
  check_error("*" + long_line, "ERR Protocol error: too big mbulk count string");
  check_error("*1\r\n$" + long_line, "ERR Protocol error: too big bulk count string");
}

TEST_CASE("a line or a value that does not end in CRLF is refused") {
  check_error("*1\rx$4\r\nPING\r\n", "ERR Protocol error: invalid multibulk length");
  check_error("*1\r\n$4\rxPING\r\n", "ERR Protocol error: invalid bulk length");
  check_error("*1\r\n$4\r\nPINGxx", "ERR Protocol error: expected CRLF after bulk string");
  check_error("*1\r\n$4\r\nPING\r\r", "ERR Protocol error: expected CRLF after bulk string");
}

TEST_CASE("requests before an error are read") {
  const auto parsed = parse_whole_stream("*1\r\n$4\r\nPING\r\n*x\r\n");
  CHECK(parsed.requests == std::vector<Words>{{"PING"}});
  CHECK(parsed.consumed == 14);
  CHECK(parsed.error == "ERR Protocol error: invalid multibulk length");
}

TEST_CASE("limits hold to the byte") {
  ParserLimits limits;
  limits.max_bulk_bytes = 5;
  limits.max_arguments = 2;
  limits.max_inline_bytes = 8;
  CHECK(parse_bytewise("*2\r\n$5\r\nhello\r\n$0\r\n\r\n", limits).requests.size() == 1);
  check_error("*3\r\n", "ERR Protocol error: invalid multibulk length", limits);
  check_error("*1\r\n$6\r\n", "ERR Protocol error: invalid bulk length", limits);
  CHECK(parse_bytewise("12345678\n", limits).requests.size() == 1);
  check_error("123456789\n", "ERR Protocol error: too big inline request", limits);
}

TEST_CASE("who has not authenticated may send little") {
  ParserLimits limits;
  limits.authenticated = false;
  check_error("*11\r\n", "ERR Protocol error: unauthenticated multibulk length", limits);
  check_error("*1\r\n$16385\r\n", "ERR Protocol error: unauthenticated bulk length", limits);
  CHECK(parse_whole_stream(encode(Words(10, "x")), limits).requests.size() == 1);
  CHECK(parse_whole_stream(encode({std::string(16384, 'x')}), limits).requests.size() == 1);
  limits.authenticated = true;
  CHECK(parse_whole_stream(encode(Words(11, "x")), limits).requests.size() == 1);
}

TEST_CASE("words are views into the bytes, unquoted ones live until release") {
  RequestParser parser{ParserLimits{}};
  const std::string bytes = encode({"INCR", "hits"});
  std::vector<std::string_view> words;
  REQUIRE(parser.parse(bytes, words) == ParseStatus::kComplete);
  CHECK(words[1].data() == bytes.data() + 18);
  const std::string first = "GET \"a long word that is not kept in place\"\n";
  const std::string second = "GET 'another word, of the next request'\n";
  REQUIRE(parser.parse(first, words) == ParseStatus::kComplete);
  REQUIRE(parser.parse(second, words) == ParseStatus::kComplete);
  CHECK(words[3] == "a long word that is not kept in place");
  CHECK(words[5] == "another word, of the next request");
  parser.release();
}

TEST_CASE("the missing bytes of a long value are known once its length is") {
  RequestParser parser{ParserLimits{}};
  std::vector<std::string_view> words;
  CHECK(parser.parse("*2\r\n$1000\r\nabc", words) == ParseStatus::kNeedsMore);
  CHECK(parser.missing() == 997 + 2 + 6);
  CHECK(parser.parse("", words) == ParseStatus::kNeedsMore);
}

TEST_CASE("a request that is only partly there can be forgotten") {
  RequestParser parser{ParserLimits{}};
  std::vector<std::string_view> words;
  CHECK(parser.parse("*2\r\n$4\r\nINCR\r\n", words) == ParseStatus::kNeedsMore);
  parser.reset();
  CHECK(parser.parse("*1\r\n$4\r\nPING\r\n", words) == ParseStatus::kComplete);
  CHECK(words == std::vector<std::string_view>{"PING"});
}

TEST_CASE("each piece of a long request is looked at once") {
  // Quadratic work would be 10^10 steps and more here: the test would not end.
  const Words words(200000, "x");
  const std::string stream = encode(words);
  RequestParser parser{ParserLimits{}};
  std::vector<std::string_view> views;
  for (std::size_t size = 1; size < stream.size(); size += 7) {
    REQUIRE(parser.parse({stream.data(), size}, views) == ParseStatus::kNeedsMore);
    REQUIRE(views.empty());
  }
  REQUIRE(parser.parse(stream, views) == ParseStatus::kComplete);
  CHECK(views.size() == words.size());
  CHECK(parser.consumed() == stream.size());
}
