#include "storage/log/frame_format.h"

#include "storage/base/integer.h"
#include "storage/log/crc32c.h"

namespace countd::storage::log {
namespace {

constexpr std::size_t kHexDigits = 8;
constexpr std::string_view kLineEnd = "\r\n";

/// "1234 77": what the checksum covers of its own line.
std::string figures(std::uint64_t bytes, std::uint64_t epoch) {
  return std::to_string(bytes) + ' ' + std::to_string(epoch);
}

/// Figures stay below 2^63: a log is no longer, and no server makes as many cuts.
std::optional<std::uint64_t> parse_figure(std::string_view text) {
  const auto value = parse_integer(text);
  if (!value || *value < 0) return {};
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

std::string checksum_line(std::uint32_t checksum) {
  std::string text{kChecksumPrefix};
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(checksum >> shift) & 15];
  return text;
}

std::optional<std::uint32_t> parse_checksum(std::string_view digits) {
  if (digits.size() != kHexDigits) return {};
  std::uint32_t value = 0;
  for (const char digit : digits) {
    const std::size_t nibble = std::string_view{"0123456789abcdef"}.find(digit);
    if (nibble == std::string_view::npos) return {};
    value = (value << 4) | static_cast<std::uint32_t>(nibble);
  }
  return value;
}

std::size_t behind_blank_lines(std::string_view bytes, std::size_t at) {
  for (;;) {
    const std::size_t end = bytes.find_first_not_of('#', at);
    if (end == at || end == std::string_view::npos || bytes[end] != '\n') return at;
    at = end + 1;
  }
}

std::string end_line(std::uint64_t frames) {
  return std::string{kEndPrefix}.append(std::to_string(frames)).append(kLineEnd);
}

std::optional<std::uint64_t> parse_end_line(std::string_view line) {
  if (!line.starts_with(kEndPrefix)) return {};
  return parse_figure(line.substr(kEndPrefix.size()));
}

bool holds(const FrameEnd& end, std::string_view bytes) {
  return crc32c(crc32c(0, bytes), figures(end.bytes, end.epoch)) == end.checksum;
}

void append_frame_end(std::string& out, std::uint32_t crc, std::uint64_t bytes,
                      std::uint64_t epoch) {
  const std::string text = figures(bytes, epoch);
  out.append(checksum_line(crc32c(crc, text))).append(" ").append(text).append(kLineEnd);
}

std::optional<FrameEnd> parse_frame_end(std::string_view line) {
  if (!line.starts_with(kChecksumPrefix)) return {};
  line.remove_prefix(kChecksumPrefix.size());
  if (line.size() <= kHexDigits || line[kHexDigits] != ' ') return {};
  const auto checksum = parse_checksum(line.substr(0, kHexDigits));
  line.remove_prefix(kHexDigits + 1);
  const std::size_t blank = line.find(' ');
  if (!checksum || blank == std::string_view::npos) return {};
  const auto bytes = parse_figure(line.substr(0, blank));
  const auto epoch = parse_figure(line.substr(blank + 1));
  if (!bytes || !epoch) return {};
  return FrameEnd{*checksum, *bytes, *epoch};
}

void append_time_line(std::string& out, Millis time) {
  out.append(kTimePrefix).append(std::to_string(time / 1000)).append(kLineEnd);
}

std::optional<Millis> parse_time_line(std::string_view line) {
  constexpr std::int64_t kLast = 1LL << 50;  // in milliseconds it is still an int64
  if (!line.starts_with(kTimePrefix)) return {};
  const auto seconds = parse_integer(line.substr(kTimePrefix.size()));
  if (!seconds || *seconds < 0 || *seconds > kLast) return {};
  return *seconds * 1000;
}

}  // namespace countd::storage::log
