// Line by line, so that a mismatch can be shown as a user would read it.
#include <algorithm>
#include <regex>

#include "tests/transcripts/transcript.h"

namespace countd::transcripts {
namespace {

using Lines = std::vector<std::string>;

std::size_t depth_of(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size()) / 2;
}

bool line_matches(const std::string& expected, const std::string& actual) {
  const auto indent = depth_of(expected) * 2;
  const auto body = expected.substr(indent);
  if (body.size() < 3 || body.front() != '/' || body.back() != '/') return expected == actual;
  return depth_of(actual) * 2 == indent &&
         std::regex_match(actual.substr(indent), std::regex(body.substr(1, body.size() - 2)));
}

bool in_order(const Lines& expected, const Lines& actual) {
  std::size_t at = 0;
  for (const auto& line : expected) {
    const auto depth = depth_of(line);
    if (line.substr(depth * 2) == "...") {
      while (at < actual.size() && depth_of(actual[at]) >= depth) ++at;
    } else if (at == actual.size() || !line_matches(line, actual[at++])) {
      return false;
    }
  }
  return at == actual.size();
}

// The reply's items, each as one text; of a map a key with its value.
Lines sorted_items(const Lines& lines) {
  Lines items;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (depth_of(lines[i]) > 1) {
      items.back() += '\n' + lines[i];
    } else {
      items.push_back(lines[i]);
    }
  }
  if (lines[0][0] == '%') {
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      items[i / 2] = items[i] + '\n' + items[i + 1];
    }
    items.resize(items.size() / 2);
  }
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

bool matches(const Lines& expected, const Lines& actual, bool unordered) {
  if (!unordered || expected.empty() || actual.empty()) return in_order(expected, actual);
  return line_matches(expected[0], actual[0]) && sorted_items(expected) == sorted_items(actual);
}

}  // namespace countd::transcripts
