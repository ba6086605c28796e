// Runs a RequestParser over a stream that arrives in pieces, as a connection does: the outcome
// must be the same however the stream is cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request_parser.h"

namespace countd::protocol {

struct ParsedStream {
  std::vector<std::vector<std::string>> requests;
  std::string error;               // empty: the stream is well-formed so far
  std::size_t consumed = 0;        // bytes of whole requests
  bool missing_was_wrong = false;  // a request was whole before its missing() bytes had come

  bool operator==(const ParsedStream& other) const {
    return requests == other.requests && error == other.error && consumed == other.consumed;
  }
};

/// `next_piece` says how many more bytes arrive before the parser is asked again (at least 1).
inline ParsedStream parse_all(std::string_view stream, const ParserLimits& limits,
                              const std::function<std::size_t()>& next_piece) {
  ParsedStream result;
  RequestParser parser(limits);
  std::vector<std::string_view> words;
  std::size_t arrived = 0;
  std::size_t promised = 0;  // no request can be whole before this many bytes
  while (arrived < stream.size()) {
    arrived = std::min(stream.size(), arrived + next_piece());
    while (result.consumed < arrived) {
      // A copy of its own for each call: nothing may hold on to the bytes of an earlier one.
      const std::string bytes(stream.substr(result.consumed, arrived - result.consumed));
      words.clear();
      const auto status = parser.parse(bytes, words);
      if (status == ParseStatus::kMalformed) {
        result.error = parser.error();
        return result;
      }
      if (status == ParseStatus::kNeedsMore) {
        promised = arrived + parser.missing();
        if (parser.missing() == 0 || !words.empty()) result.missing_was_wrong = true;
        break;
      }
      result.consumed += parser.consumed();
      if (result.consumed < promised) result.missing_was_wrong = true;
      result.requests.emplace_back(words.begin(), words.end());
      parser.release();
    }
  }
  return result;
}

inline ParsedStream parse_whole_stream(std::string_view stream, const ParserLimits& limits = {}) {
  return parse_all(stream, limits, [&] { return stream.size(); });
}

inline ParsedStream parse_bytewise(std::string_view stream, const ParserLimits& limits = {}) {
  return parse_all(stream, limits, [] { return std::size_t{1}; });
}

}  // namespace countd::protocol
