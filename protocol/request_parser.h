// Splits the bytes a client sends into requests: RESP arrays of bulk strings and inline lines.
//
// Incremental and zero-copy: words are views into the caller's bytes. A request that is not whole
// yet consumes nothing; the caller reads more and calls again with all bytes since the last
// consumed one (positions already scanned inside a long request are remembered, so feeding a
// 512 MB value in small reads stays linear).
// Strict: whatever Redis refuses is refused with Redis's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace countd::protocol {

struct ParserLimits {
  std::size_t max_inline_bytes = 64 * 1024;
  std::int64_t max_bulk_bytes = 512ll * 1024 * 1024;
  std::int64_t max_arguments = 1024 * 1024;
};
/// What a client may send before it has authenticated.
inline constexpr std::int64_t kUnauthenticatedArguments = 10;
inline constexpr std::int64_t kUnauthenticatedBulkBytes = 16 * 1024;

enum class ParseStatus : std::uint8_t { kComplete, kNeedsMore, kMalformed };

class RequestParser {
 public:
  explicit RequestParser(const ParserLimits& limits) : limits_(limits) {}

  void set_limits(const ParserLimits& limits) { limits_ = limits; }

  /// Reads one request from the front of `bytes`. kComplete: its words are appended to `words`
  /// (none for an empty line or "*0"), and consumed() bytes are done with. kNeedsMore: nothing is
  /// consumed or appended; missing() says how many more bytes are certainly needed (>= 1).
  /// kMalformed: error() is the text of the reply, the connection is to be closed after it.
  ParseStatus parse(std::string_view bytes, std::vector<std::string_view>& words);

  [[nodiscard]] std::size_t consumed() const { return consumed_; }
  [[nodiscard]] std::size_t missing() const { return missing_; }
  /// "ERR Protocol error: invalid multibulk length" and the like; a static string or, for
  /// "expected '$', got 'x'", one that lives until the next call.
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  ParserLimits limits_;
  std::size_t consumed_ = 0;
  std::size_t missing_ = 0;
  std::string_view error_;
  // (private parts are the implementation's to shape)
};

}  // namespace countd::protocol
