// Two readers of the same grammar. parse_whole runs over a well-formed request that is there
// completely, which is nearly every one, and gives up at anything else. parse_array then reads it
// again with the rules in full, remembers how far it came and names errors.
#include "protocol/request_parser.h"

#include <algorithm>
#include <cstring>

#include "protocol/inline_request.h"

namespace countd::protocol {

namespace {

constexpr std::size_t kSmallestWord = 6;  // "$0\r\n\r\n"
// A burst of words is kept for the next request, but not the memory of an extreme one.
constexpr std::size_t kKeptSpans = 1024;

/// The integer that `text` spells canonically (as Redis's string2ll: no plus, no leading zero),
/// if it has at most 18 digits; false otherwise. Longer ones are beyond every limit.
bool parse_length(std::string_view text, std::int64_t& value) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 18) return false;
  if (text[0] == '0' && (text.size() > 1 || negative)) return false;
  value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  if (negative) value = -value;
  return true;
}

/// Reads "<up to 8 digits>\r\n", the usual way to write a length; null if anything else stands
/// there. REQUIRES: kSmallLengthBytes readable bytes at `at`.
[[gnu::always_inline]] inline const char* read_small_length(const char* at, std::int64_t& value) {
  const auto first = static_cast<unsigned>(at[0] - '0');
  const auto second = static_cast<unsigned>(at[1] - '0');
  if (first > 9) return nullptr;
  // One digit or two is a coin toss to the processor: chosen without a branch.
  const bool single = at[1] == '\r';
  value = single ? first : first * 10 + second;
  at += single ? 1 : 2;
  if (at[0] != '\r') [[unlikely]] {
    for (int digits = 2; at[0] != '\r'; ++at, ++digits) {
      const auto digit = static_cast<unsigned>(at[0] - '0');
      if (digit > 9 || digits == 8) return nullptr;
      value = value * 10 + digit;
    }
  }
  if ((!single && (first == 0 || second > 9)) || at[1] != '\n') return nullptr;
  return at + 2;
}
constexpr std::ptrdiff_t kSmallLengthBytes = 10;

template <class Word>
Word load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Reads "$<size>\r\n<bytes>\r\n" and says where it ends; null if it is not all there, longer
/// than `max_bytes`, or anything else.
[[gnu::always_inline]] inline const char* read_word(const char* at, const char* end,
                                                    std::int64_t max_bytes,
                                                    std::string_view& word) {
  std::int64_t size = 0;
  if (end - at > kSmallLengthBytes) [[likely]] {
    at = *at == '$' ? read_small_length(at + 1, size) : nullptr;
  } else {
    // The last word may be shorter than the longest length that is looked for.
    char tail[kSmallLengthBytes + 1] = {};
    std::memcpy(tail, at, static_cast<std::size_t>(end - at));
    const char* const after = tail[0] == '$' ? read_small_length(tail + 1, size) : nullptr;
    at = after == nullptr ? nullptr : at + (after - tail);
  }
  if (at == nullptr || size > max_bytes || end - at < size + 2) return nullptr;
  if (load<std::uint16_t>(at + size) != load<std::uint16_t>("\r\n")) return nullptr;
  word = {at, static_cast<std::size_t>(size)};
  return at + size + 2;
}

}  // namespace

/// Compares three words of eight bytes, which overlap: a head has 10 to 24 bytes.
inline bool RequestParser::Head::begins(std::string_view request) const {
  if (size == 0 || request.size() < size) return false;
  const auto differ = [&](std::size_t at) {
    return load<std::uint64_t>(request.data() + at) ^ load<std::uint64_t>(bytes.data() + at);
  };
  const std::size_t last = size - sizeof(std::uint64_t);
  return (differ(0) | differ(last / 2) | differ(last)) == 0;
}

inline void RequestParser::Head::keep(std::string_view head, std::string_view name,
                                      std::int64_t words_left) {
  if (head.size() > kMaxBytes) return;
  std::memcpy(bytes.data(), head.data(), head.size());
  size = static_cast<std::uint32_t>(head.size());
  name_offset = static_cast<std::uint32_t>(name.data() - head.data());
  name_size = static_cast<std::uint32_t>(name.size());
  words_after = words_left;
}

void RequestParser::set_limits(const ParserLimits& limits) {
  limits_ = limits;
  head_ = {};
  whole_arguments_ = limits.max_arguments;
  whole_bulk_bytes_ = limits.max_bulk_bytes;
  if (!limits.authenticated) {
    whole_arguments_ = std::min(whole_arguments_, kUnauthenticatedArguments);
    whole_bulk_bytes_ = std::min(whole_bulk_bytes_, kUnauthenticatedBulkBytes);
  }
}

void RequestParser::reset() {
  cursor_ = 0;
  searched_ = 0;
  arguments_left_ = 0;
  bulk_bytes_ = -1;
  words_so_far_.clear();
  if (words_so_far_.capacity() > kKeptSpans) words_so_far_.shrink_to_fit();
}

ParseStatus RequestParser::parse(std::string_view bytes, std::vector<std::string_view>& words) {
  if (bytes.empty()) return need(1, bytes);
  if (bytes[0] != '*') return parse_inline(bytes, words);
  if (cursor_ == 0 && searched_ == 0 && parse_whole(bytes, words)) [[likely]] {
    return ParseStatus::kComplete;
  }
  return parse_array(bytes, words);
}

/// Reads the number of words and the first of them; says where it ends and how many are left.
[[gnu::always_inline]] inline const char* RequestParser::read_head(
    std::string_view bytes, std::vector<std::string_view>& words, std::int64_t& left) {
  const char* const begin = bytes.data();
  if (head_.begins(bytes)) {
    words.emplace_back(begin + head_.name_offset, head_.name_size);
    left = head_.words_after;
    return begin + head_.size;
  }
  if (bytes.size() <= kSmallLengthBytes) return nullptr;
  const char* at = read_small_length(begin + 1, left);
  if (at == nullptr || left > whole_arguments_) return nullptr;
  if (left == 0) return at;
  std::string_view name;
  at = read_word(at, begin + bytes.size(), whole_bulk_bytes_, name);
  if (at == nullptr) return nullptr;
  words.emplace_back(name.data(), name.size());
  head_.keep({begin, at}, name, --left);
  return at;
}

bool RequestParser::parse_whole(std::string_view bytes, std::vector<std::string_view>& words) {
  const char* const end = bytes.data() + bytes.size();
  const std::size_t words_before = words.size();
  std::int64_t left = 0;
  const char* at = read_head(bytes, words, left);
  for (; at != nullptr && left > 0; --left) {
    std::string_view word;
    at = read_word(at, end, whole_bulk_bytes_, word);
    if (at != nullptr) words.emplace_back(word.data(), word.size());
  }
  if (at == nullptr) {
    words.resize(words_before);
    return false;
  }
  consumed_ = static_cast<std::size_t>(at - bytes.data());
  return true;
}

ParseStatus RequestParser::parse_array(std::string_view bytes,
                                       std::vector<std::string_view>& words) {
  if (arguments_left_ == 0) {
    const auto status = read_count(bytes);
    if (status != ParseStatus::kComplete) return status;
    if (arguments_left_ <= 0) return complete(cursor_);
  }
  while (arguments_left_ > 0) {
    if (bulk_bytes_ < 0) {
      const auto status = read_bulk_length(bytes);
      if (status != ParseStatus::kComplete) return status;
    }
    const auto size = static_cast<std::size_t>(bulk_bytes_);
    const auto left = static_cast<std::size_t>(arguments_left_);
    if (bytes.size() - cursor_ < size + 2) {
      return need(cursor_ + size + 2 + (left - 1) * kSmallestWord, bytes);
    }
    if (bytes[cursor_ + size] != '\r' || bytes[cursor_ + size + 1] != '\n') {
      return fail("ERR Protocol error: expected CRLF after bulk string");
    }
    words_so_far_.push_back({cursor_, size});
    cursor_ += size + 2;
    bulk_bytes_ = -1;
    --arguments_left_;
  }
  for (const auto& word : words_so_far_) words.push_back(bytes.substr(word.offset, word.size));
  return complete(cursor_);
}

ParseStatus RequestParser::read_count(std::string_view bytes) {
  std::size_t size = 0;
  switch (find_line(bytes, '\r', size)) {
    case Line::kPartial:
      return need(cursor_ + searched_ + 1, bytes);
    case Line::kTooLong:
      return fail("ERR Protocol error: too big mbulk count string");
    case Line::kWhole:
      break;
  }
  std::int64_t count = 0;
  if (!parse_length(bytes.substr(1, size - 1), count) || count > limits_.max_arguments ||
      bytes[size + 1] != '\n') {
    return fail("ERR Protocol error: invalid multibulk length");
  }
  if (count > whole_arguments_) {
    return fail("ERR Protocol error: unauthenticated multibulk length");
  }
  cursor_ = size + 2;
  searched_ = 0;
  arguments_left_ = count;
  return ParseStatus::kComplete;
}

ParseStatus RequestParser::read_bulk_length(std::string_view bytes) {
  std::size_t size = 0;
  switch (find_line(bytes, '\r', size)) {
    case Line::kPartial:
      return need(cursor_ + static_cast<std::size_t>(arguments_left_) * kSmallestWord, bytes);
    case Line::kTooLong:
      return fail("ERR Protocol error: too big bulk count string");
    case Line::kWhole:
      break;
  }
  const std::string_view line = bytes.substr(cursor_, size);
  if (line.empty() || line[0] != '$') {
    error_text_ = "ERR Protocol error: expected '$', got '";
    error_text_ += bytes[cursor_];
    error_text_ += '\'';
    return fail(error_text_);
  }
  std::int64_t length = 0;
  if (!parse_length(line.substr(1), length) || length < 0 || length > limits_.max_bulk_bytes ||
      bytes[cursor_ + size + 1] != '\n') {
    return fail("ERR Protocol error: invalid bulk length");
  }
  if (length > whole_bulk_bytes_) return fail("ERR Protocol error: unauthenticated bulk length");
  cursor_ += size + 2;
  searched_ = 0;
  bulk_bytes_ = length;
  return ParseStatus::kComplete;
}

/// The line at the cursor, up to `end`. A '\r' is found only once the byte after it is there too:
/// the callers look at it.
RequestParser::Line RequestParser::find_line(std::string_view bytes, char end, std::size_t& size) {
  const std::string_view rest = bytes.substr(cursor_);
  // Looking no further than the limit makes the outcome independent of how much has arrived.
  const std::string_view line = rest.substr(0, limits_.max_inline_bytes + 1);
  const std::size_t found = line.find(end, searched_);
  if (found == std::string_view::npos) {
    searched_ = line.size();
    return line.size() > limits_.max_inline_bytes ? Line::kTooLong : Line::kPartial;
  }
  searched_ = found;
  if (end == '\r' && found + 1 == rest.size()) return Line::kPartial;
  size = found;
  return Line::kWhole;
}

ParseStatus RequestParser::parse_inline(std::string_view bytes,
                                        std::vector<std::string_view>& words) {
  std::size_t size = 0;
  switch (find_line(bytes, '\n', size)) {
    case Line::kPartial:
      return need(searched_ + 1, bytes);
    case Line::kTooLong:
      return fail("ERR Protocol error: too big inline request");
    case Line::kWhole:
      break;
  }
  std::string_view line = bytes.substr(0, size);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t words_before = words.size();
  if (!split_words(line, words, unquoted_)) {
    words.resize(words_before);
    return fail("ERR Protocol error: unbalanced quotes in request");
  }
  return complete(size + 1);
}

ParseStatus RequestParser::need(std::size_t total, std::string_view bytes) {
  missing_ = total > bytes.size() ? total - bytes.size() : 1;
  return ParseStatus::kNeedsMore;
}

ParseStatus RequestParser::fail(std::string_view text) {
  error_ = text;
  reset();
  return ParseStatus::kMalformed;
}

ParseStatus RequestParser::complete(std::size_t consumed) {
  consumed_ = consumed;
  reset();
  return ParseStatus::kComplete;
}

}  // namespace countd::protocol
