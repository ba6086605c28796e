// Quoting: one small state machine, a word at a time.
#include "tests/support/words.h"

#include <charconv>
#include <stdexcept>

namespace countd::test {
namespace {

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

// Reads one escape of a double-quoted word; `at` stands behind the backslash.
char unescape(std::string_view line, std::size_t& at) {
  const char kind = line[at++];
  if (kind == 'x' && at + 2 <= line.size()) {
    unsigned value = 0;
    const auto* first = line.data() + at;
    if (std::from_chars(first, first + 2, value, 16).ptr == first + 2) {
      at += 2;
      return static_cast<char>(value);
    }
  }
  switch (kind) {
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
      return kind;
  }
}

std::string quoted_word(std::string_view line, std::size_t& at) {
  const char mark = line[at++];
  std::string word;
  while (at < line.size() && line[at] != mark) {
    const bool escape = line[at] == '\\' && at + 1 < line.size();
    if (escape && mark == '"') {
      word += unescape(line, ++at);
    } else if (escape && line[at + 1] == '\'') {
      word += '\'';
      at += 2;
    } else {
      word += line[at++];
    }
  }
  if (at == line.size()) throw std::runtime_error("a quote that does not close");
  ++at;
  if (at < line.size() && !is_space(line[at])) {
    throw std::runtime_error("a closing quote must be followed by a space");
  }
  return word;
}

}  // namespace

Words split_words(std::string_view line) {
  Words words;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_space(line[at])) ++at;
    if (at == line.size()) return words;
    if (line[at] == '"' || line[at] == '\'') {
      words.push_back(quoted_word(line, at));
      continue;
    }
    const auto start = at;
    while (at < line.size() && !is_space(line[at])) ++at;
    words.emplace_back(line.substr(start, at - start));
  }
}

std::string to_request(const Words& words) {
  std::string out = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) {
    out += '$' + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  return out;
}

}  // namespace countd::test
