// Splits the bytes a client sends into requests: RESP arrays of bulk strings and inline lines.
//
//   *2\r\n$4\r\nINCR\r\n$4\r\nhits\r\n      the words INCR and hits
//   INCR "hits"\r\n                         the same, typed by hand
//
// Incremental and zero-copy: words are views into the caller's bytes. A request that is not whole
// yet consumes nothing; the caller reads more and calls again with all bytes since the last
// consumed one (positions already scanned inside a long request are remembered, so feeding a
// 512 MB value in small reads stays linear).
// Strict: whatever Redis refuses is refused with Redis's text, and so is a request whose lines or
// values do not end in CRLF, which Redis lets pass.
// The outcome does not depend on how the bytes are cut into calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace countd::protocol {

/// What a client may send before it has authenticated.
inline constexpr std::int64_t kUnauthenticatedArguments = 10;
inline constexpr std::int64_t kUnauthenticatedBulkBytes = 16 * 1024;

struct ParserLimits {
  std::size_t max_inline_bytes = 64 * 1024;  // of a line: an inline request, a count
  std::int64_t max_bulk_bytes = 512ll * 1024 * 1024;
  std::int64_t max_arguments = std::numeric_limits<std::int32_t>::max();
  bool authenticated = true;  // false: the two limits above hold as well
};

enum class ParseStatus : std::uint8_t { kComplete, kNeedsMore, kMalformed };

class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits) { set_limits(limits); }

  /// Takes effect with the next length that is read.
  void set_limits(const ParserLimits& limits);

  /// Reads one request from the front of `bytes`. kComplete: its words are appended to `words`
  /// (none for an empty line or "*0"), and consumed() bytes are done with. kNeedsMore: nothing is
  /// consumed or appended; missing() says how many more bytes are certainly needed (>= 1).
  /// kMalformed: error() is the text of the reply, the connection is to be closed after it.
  /// REQUIRES: after kNeedsMore, `bytes` begins with the bytes of that call (or reset() came
  /// between). Words live as long as `bytes`, or until release() if they were unquoted.
  ParseStatus parse(std::string_view bytes, std::vector<std::string_view>& words);

  /// Frees the unquoted words of inline requests: call it when a wave's words are done with.
  void release() {
    if (!unquoted_.empty()) unquoted_.clear();
  }
  /// Forgets a request that is only partly there.
  void reset();

  /// REQUIRES: the last parse was kComplete.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }
  /// REQUIRES: the last parse was kNeedsMore.
  [[nodiscard]] std::size_t missing() const { return missing_; }
  /// "ERR Protocol error: invalid multibulk length" and the like; a static string or, for
  /// "expected '$', got 'x'", one that lives until the next call.
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  /// Where a word of an incomplete request lies, counted from the request's first byte.
  struct Span {
    std::size_t offset;
    std::size_t size;
  };
  enum class Line : std::uint8_t { kWhole, kPartial, kTooLong };
  /// How the last whole request began, up to its second word: clients repeat themselves, and what
  /// begins like it need not be taken apart again.
  struct Head {
    static constexpr std::size_t kMaxBytes = 24;
    std::array<char, kMaxBytes> bytes{};
    std::uint32_t size = 0;  // 0: none is kept
    std::uint32_t name_offset = 0;
    std::uint32_t name_size = 0;
    std::int64_t words_after = 0;  // the name

    [[nodiscard]] bool begins(std::string_view request) const;
    void keep(std::string_view head, std::string_view name, std::int64_t words_left);
  };

  const char* read_head(std::string_view bytes, std::vector<std::string_view>& words,
                        std::int64_t& left);
  bool parse_whole(std::string_view bytes, std::vector<std::string_view>& words);
  ParseStatus parse_array(std::string_view bytes, std::vector<std::string_view>& words);
  ParseStatus parse_inline(std::string_view bytes, std::vector<std::string_view>& words);
  ParseStatus read_count(std::string_view bytes);
  ParseStatus read_bulk_length(std::string_view bytes);
  Line find_line(std::string_view bytes, char end, std::size_t& size);
  ParseStatus need(std::size_t total, std::string_view bytes);
  ParseStatus fail(std::string_view text);
  ParseStatus complete(std::size_t consumed);

  ParserLimits limits_;
  std::int64_t whole_arguments_ = 0;  // what parse_whole accepts: the limits that hold now
  std::int64_t whole_bulk_bytes_ = 0;
  Head head_;
  std::size_t consumed_ = 0;
  std::size_t missing_ = 0;
  std::string_view error_;
  std::string error_text_;
  std::deque<std::string> unquoted_;

  // Progress inside a request that is not whole yet; all zero between requests.
  std::size_t cursor_ = 0;           // bytes that need not be looked at again
  std::size_t searched_ = 0;         // of the line at the cursor: bytes known to hold no end
  std::int64_t arguments_left_ = 0;  // 0: the count is not read yet
  std::int64_t bulk_bytes_ = -1;     // of the word at the cursor; -1: its length is not read yet
  std::vector<Span> words_so_far_;
};

}  // namespace countd::protocol
