// One pass over the line; a word is copied only from its first quote on.
#include "protocol/inline_request.h"

#include <optional>

namespace countd::protocol {

namespace {

// Redis skips everything that isspace() accepts between words, but ends a bare word only at these
// four: a vertical tab or form feed inside a word belongs to it.
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

/// Copies what stands between quotes: `at` is after the opening one. Returns the position after
/// the closing quote, or nothing if there is none or no blank follows it.
std::optional<std::size_t> unquote(std::string_view line, std::size_t at, char quote,
                                   std::string& to) {
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == quote) {
      const std::size_t after = at + 1;
      if (after < line.size() && !is_blank(line[after])) return std::nullopt;
      return after;
    }
    const std::string_view rest = line.substr(at);
    if (c != '\\' || rest.size() < 2) {
      to.push_back(c);
    } else if (quote == '\'') {
      if (rest[1] == '\'') ++at;
      to.push_back(line[at]);
    } else if (rest.size() >= 4 && rest[1] == 'x' && hex_digit(rest[2]) >= 0 &&
               hex_digit(rest[3]) >= 0) {
      to.push_back(static_cast<char>(hex_digit(rest[2]) * 16 + hex_digit(rest[3])));
      at += 3;
    } else {
      to.push_back(escaped(rest[1]));
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace

bool split_words(std::string_view line, std::vector<std::string_view>& words,
                 std::deque<std::string>& unquoted) {
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_blank(line[at])) ++at;
    if (at == line.size()) return true;
    const std::size_t start = at;
    while (at < line.size() && !ends_word(line[at]) && line[at] != '"' && line[at] != '\'') ++at;
    if (at == line.size() || ends_word(line[at])) {
      words.push_back(line.substr(start, at - start));
      continue;
    }
    // A closing quote is followed by a blank or the end, so a word has quotes at its end only.
    auto& word = unquoted.emplace_back(line.substr(start, at - start));
    const auto after = unquote(line, at + 1, line[at], word);
    if (!after) return false;
    at = *after;
    words.push_back(word);
  }
}

}  // namespace countd::protocol
