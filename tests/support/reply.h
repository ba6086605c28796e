// A reply as a tree, parsed without any of the server's own code, so that it is a second opinion
// on the bytes. Both protocol versions are read alike: the type byte says which is which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace countd::test {

/// `type` is the byte on the wire: + - : $ * and, in RESP3, _ # , ( = % ~ > !
struct Reply {
  char type = 0;
  bool null = false;         // $-1, *-1 or _
  std::string text = {};     // all but aggregates: what follows the type, or the bulk's bytes
  std::vector<Reply> items;  // of a map: key, value, key, value …

  [[nodiscard]] bool is_error() const { return type == '-' || type == '!'; }
  [[nodiscard]] bool is_aggregate() const {
    return type == '*' || type == '%' || type == '~' || type == '>';
  }
  /// Throws std::runtime_error unless this is an integer reply.
  [[nodiscard]] std::int64_t integer() const;
  bool operator==(const Reply&) const = default;
};

/// Bytes that no server should ever send.
struct MalformedReply : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads one reply at `at` and moves `at` behind it; nullopt, and `at` unmoved, if it is not
/// complete yet.
std::optional<Reply> parse_reply(std::string_view bytes, std::size_t& at);

/// One line a node, two spaces a level, no newline at the end:
///
///   *2
///     "a bulk, quoted"
///     :1
///
/// Simple types as on the wire (+OK, -ERR …, :1, ,1.5, #t, (123), nulls as $-1, *-1 and _,
/// verbatim text as =txt "…"; a map's count is that of its pairs.
std::string render(const Reply& reply);

/// In double quotes, with \r \n \t \" \\ and \xNN as redis-cli writes them.
std::string quote(std::string_view bytes);

}  // namespace countd::test
