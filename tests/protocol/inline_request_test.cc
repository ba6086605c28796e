#include "protocol/inline_request.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

using countd::protocol::split_words;
using Words = std::vector<std::string>;
using namespace std::string_view_literals;

namespace {

struct Split {
  bool balanced;
  Words words;
};

Split split(std::string_view line) {
  std::vector<std::string_view> words;
  std::deque<std::string> unquoted;
  const bool balanced = split_words(line, words, unquoted);
  return {balanced, Words(words.begin(), words.end())};
}

std::string quote(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (byte < 32 || byte > 126) {
      text += "\\x";
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    } else {
      text += c;
    }
  }
  return text + '"';
}

}  // namespace

TEST_CASE("words are separated by any number of blanks") {
  CHECK(split("").words.empty());
  CHECK(split(" \t \v ").words.empty());
  CHECK(split("PING").words == Words{"PING"});
  CHECK(split("  INCR\t\thits  ").words == Words{"INCR", "hits"});
  CHECK(split("a\vb c").words == Words{"a\vb", "c"});
}

TEST_CASE("double quotes hold blanks and escapes") {
  CHECK(split(R"(SET "a key" v)").words == Words{"SET", "a key", "v"});
  CHECK(split(R"("\n\r\t\b\a\\\"\q")").words == Words{"\n\r\t\b\a\\\"q"});
  CHECK(split(R"("\x41\x0a\xfF")").words == Words{"A\n\xff"});
  CHECK(split(R"("\x4" "\xg0")").words == Words{"x4", "xg0"});
  CHECK(split(R"("")").words == Words{""});
  CHECK(split(R"(ab"c d" e)").words == Words{"abc d", "e"});
}

TEST_CASE("single quotes know one escape") {
  CHECK(split(R"('it\'s' 'a\nb' '"')").words == Words{"it's", "a\\nb", "\""});
  CHECK(split("''").words == Words{""});
}

TEST_CASE("quotes that do not close, or close within a word, are unbalanced") {
  for (const auto* line : {"\"", "'", "\"abc", "'abc", "\"a\"b", "'a'b", "\"a\\", "\"a\\\"",
                           "'a\\'", "x \"a\"\"b\"", "a'b"}) {
    CAPTURE(line);
    CHECK_FALSE(split(line).balanced);
  }
}

TEST_CASE("a NUL is a byte like any other") {
  CHECK(split("GET a\0b"sv).words == Words{"GET", std::string("a\0b", 3)});
}

TEST_CASE("words without quotes are views into the line") {
  const std::string line = "INCR hits \"q\"";
  std::vector<std::string_view> words;
  std::deque<std::string> unquoted;
  REQUIRE(split_words(line, words, unquoted));
  CHECK(words[1].data() == line.data() + 5);
  CHECK(unquoted.size() == 1);
  CHECK(words[2].data() == unquoted[0].data());
}

TEST_CASE("quoting any bytes and splitting them again is the identity") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    Words words(1 + random() % 5);
    std::string line;
    for (auto& word : words) {
      word.resize(random() % 20);
      for (auto& c : word) c = static_cast<char>(random());
      line += quote(word) + std::string(1 + random() % 3, ' ');
    }
    const auto result = split(line);
    REQUIRE(result.balanced);
    REQUIRE(result.words == words);
  }
}
