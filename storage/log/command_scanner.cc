#include "storage/log/command_scanner.h"

#include <algorithm>

namespace countd::storage::log {

using Step = CommandScanner::Step;

namespace {

/// Nearly all lengths have one digit or two: the bytes taken by such a one, or 0.
std::size_t short_number(const char* p, char mark, std::uint64_t& value) {
  const unsigned first = static_cast<unsigned char>(p[1]) - unsigned{'0'};
  if (p[0] != mark || first > 9) return 0;
  value = first;
  if (p[2] == '\r') return p[3] == '\n' ? 4 : 0;
  const unsigned second = static_cast<unsigned char>(p[2]) - unsigned{'0'};
  if (first == 0 || second > 9 || p[3] != '\r' || p[4] != '\n') return 0;
  value = 10 * first + second;
  return 5;
}

}  // namespace

Step CommandScanner::fail(Step step, const char* what) {
  what_ = what;
  step_ = step;
  return step;
}

Step CommandScanner::number(char mark, std::uint64_t most, std::uint64_t& value) {
  const char* p = bytes_.data() + at_;
  const char* const end = bytes_.data() + bytes_.size();
  constexpr std::ptrdiff_t kLongestShort = 5;
  if (end - p >= kLongestShort) {
    const std::size_t taken = short_number(p, mark, value);
    at_ += taken;
    if (taken > 0) return Step::kDone;
  }
  const auto stop = [&](Step step, const char* what) {
    at_ = static_cast<std::size_t>(p - bytes_.data());
    return fail(step, what);
  };
  constexpr const char* kCut = "the file ends within a length";
  if (p == end) return stop(Step::kIncomplete, kCut);
  if (*p != mark) {
    return stop(Step::kMalformed,
                mark == '*' ? "a command must begin with '*'" : "a word must begin with '$'");
  }
  const char* const first = ++p;
  value = 0;
  for (; p != end && *p >= '0' && *p <= '9'; ++p) {
    if (p != first && *first == '0') return stop(Step::kMalformed, "a length begins with 0");
    value = value * 10 + static_cast<std::uint64_t>(*p - '0');
    if (value > most) return stop(Step::kMalformed, "a length is too large");
  }
  if (p == end) return stop(Step::kIncomplete, kCut);
  if (p == first || *p != '\r') return stop(Step::kMalformed, "a length is not a number");
  if (++p == end) return stop(Step::kIncomplete, kCut);
  if (*p != '\n') return stop(Step::kMalformed, "a length does not end in CR LF");
  at_ = static_cast<std::size_t>(p + 1 - bytes_.data());
  return Step::kDone;
}

Step CommandScanner::word(std::string_view& text) {
  std::uint64_t size = 0;
  if (const Step step = number('$', kMaxWordBytes, size); step != Step::kDone) return step;
  const std::size_t left = bytes_.size() - at_;
  // What is there of the CR LF must be one even if the file ends in the middle of it.
  if (size < left && bytes_[at_ + size] != '\r') {
    at_ += size;
    return fail(Step::kMalformed, "a word does not end where its length says");
  }
  if (size + 2 > left) return fail(Step::kIncomplete, "the file ends within a word");
  if (bytes_[at_ + size + 1] != '\n') {
    at_ += size + 1;
    return fail(Step::kMalformed, "a word does not end where its length says");
  }
  text = bytes_.substr(at_, size);
  at_ += size + 2;
  return Step::kDone;
}

Step CommandScanner::command() {
  words_.clear();
  const std::size_t begin = at_;
  std::uint64_t count = 0;
  if (const Step step = number('*', kMaxWords, count); step != Step::kDone) return step;
  if (count == 0) {
    at_ = begin;
    return fail(Step::kMalformed, "a command has no words");
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string_view text;
    if (const Step step = word(text); step != Step::kDone) return step;
    words_.push_back(text);
  }
  return Step::kDone;
}

Step CommandScanner::line(std::string_view& text) {
  const std::string_view rest = bytes_.substr(at_, kMaxLineBytes);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    if (rest.size() == kMaxLineBytes) return fail(Step::kMalformed, "a line is too long");
    return fail(Step::kIncomplete, "the file ends within a line");
  }
  if (end == 0 || rest[end - 1] != '\r') {
    at_ += end;
    return fail(Step::kMalformed, "a line does not end in CR LF");
  }
  text = rest.substr(0, end - 1);
  at_ += end + 1;
  return Step::kDone;
}

bool is_bare(std::span<const std::string_view> words, std::string_view name) {
  if (words.size() != 1 || words[0].size() != name.size()) return false;
  constexpr int kCaseBit = 0x20;
  return std::equal(name.begin(), name.end(), words[0].begin(),
                    [](char a, char b) { return (a | kCaseBit) == (b | kCaseBit); });
}

std::string at_offset(std::uint64_t offset, std::string_view why) {
  return "at offset " + std::to_string(offset) + ": " + std::string{why};
}

}  // namespace countd::storage::log
