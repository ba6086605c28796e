// Every reply reserves its longest form once and writes it without further checks. Decimal
// numbers are written two digits at a time from a table; no printf but for doubles.
#include "protocol/reply_writer.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace countd::protocol {

namespace {

// ":-9223372036854775808\r\n" has 23 bytes.
constexpr std::size_t kMaxHeader = 24;

constexpr std::array<char, 200> kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (auto& slot : powers) {
    slot = power;
    power *= 10;
  }
  return powers;
}();

unsigned count_digits(std::uint64_t value) {
  // 1233/4096 is log10(2): an estimate that is exact or one too low.
  const auto estimate = (static_cast<unsigned>(std::bit_width(value | 1)) * 1233) >> 12;
  return estimate + (value >= kPowersOfTen[estimate] ? 1 : 0) + (value == 0 ? 1 : 0);
}

/// Writes `value` in decimal at `to`; returns the position after the last digit.
char* write_decimal(char* to, std::uint64_t value) {
  if (value < 10) {
    *to = static_cast<char>('0' + value);
    return to + 1;
  }
  char* const end = to + count_digits(value);
  char* at = end;
  while (value >= 100) {
    at -= 2;
    std::memcpy(at, &kDigitPairs[2 * (value % 100)], 2);
    value /= 100;
  }
  if (value >= 10) {
    std::memcpy(at - 2, &kDigitPairs[2 * value], 2);
  } else {
    at[-1] = static_cast<char>('0' + value);
  }
  return end;
}

char* write_line_end(char* to) {
  std::memcpy(to, "\r\n", 2);
  return to + 2;
}

/// A status or an error is one line: whatever would end it early becomes a blank.
void append_line(ByteBuffer& out, char type, std::string_view text) {
  char* const start = out.reserve(text.size() + 3);
  char* to = start;
  *to++ = type;
  for (const char c : text) *to++ = c == '\r' || c == '\n' ? ' ' : c;
  to = write_line_end(to);
  out.commit(static_cast<std::size_t>(to - start));
}

/// `type` length, `prefix` and `bytes`: every type whose payload is counted.
void append_counted(ByteBuffer& out, char type, std::string_view prefix, std::string_view bytes) {
  const std::size_t length = prefix.size() + bytes.size();
  char* const start = out.reserve(length + kMaxHeader + 2);
  char* to = start;
  *to++ = type;
  to = write_line_end(write_decimal(to, length));
  if (!prefix.empty()) std::memcpy(to, prefix.data(), prefix.size());
  to += prefix.size();
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  to = write_line_end(to + bytes.size());
  out.commit(static_cast<std::size_t>(to - start));
}

}  // namespace

std::size_t write_integer(char* to, std::int64_t value) {
  char* const start = to;
  *to++ = ':';
  auto magnitude = static_cast<std::uint64_t>(value);
  if (value < 0) {
    *to++ = '-';
    magnitude = 0 - magnitude;
  }
  to = write_line_end(write_decimal(to, magnitude));
  return static_cast<std::size_t>(to - start);
}

std::string_view format_double(double value, char (&buffer)[40]) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const int length = std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return {buffer, static_cast<std::size_t>(length)};
}

void ReplyWriter::header(char type, std::uint64_t count) {
  char* const start = out_.reserve(kMaxHeader);
  *start = type;
  char* const end = write_line_end(write_decimal(start + 1, count));
  out_.commit(static_cast<std::size_t>(end - start));
}

void ReplyWriter::simple(std::string_view text) { append_line(out_, '+', text); }

void ReplyWriter::error(std::string_view text) { append_line(out_, '-', text); }

void ReplyWriter::integer(std::int64_t value) {
  out_.commit(write_integer(out_.reserve(kMaxHeader), value));
}

void ReplyWriter::bulk(std::string_view bytes) { append_counted(out_, '$', {}, bytes); }

void ReplyWriter::null() { out_.append(version_ == Version::kResp3 ? "_\r\n" : "$-1\r\n"); }

void ReplyWriter::null_array() { out_.append(version_ == Version::kResp3 ? "_\r\n" : "*-1\r\n"); }

void ReplyWriter::array(std::size_t count) { header('*', count); }

void ReplyWriter::map(std::size_t pairs) {
  version_ == Version::kResp3 ? header('%', pairs) : header('*', pairs * 2);
}

void ReplyWriter::set(std::size_t count) { header(version_ == Version::kResp3 ? '~' : '*', count); }

void ReplyWriter::push(std::size_t count) {
  header(version_ == Version::kResp3 ? '>' : '*', count);
}

void ReplyWriter::attribute(std::size_t pairs) { header('|', pairs); }

void ReplyWriter::boolean(bool value) {
  if (version_ == Version::kResp3) return out_.append(value ? "#t\r\n" : "#f\r\n");
  integer(value ? 1 : 0);
}

void ReplyWriter::number(double value) {
  char buffer[40];
  const auto text = format_double(value, buffer);
  version_ == Version::kResp3 ? append_line(out_, ',', text) : bulk(text);
}

void ReplyWriter::big_number(std::string_view digits) {
  version_ == Version::kResp3 ? append_line(out_, '(', digits) : bulk(digits);
}

void ReplyWriter::bulk_error(std::string_view text) {
  version_ == Version::kResp3 ? append_counted(out_, '!', {}, text) : error(text);
}

void ReplyWriter::verbatim(std::string_view format, std::string_view text) {
  if (version_ == Version::kResp2) return bulk(text);
  const char prefix[4] = {format[0], format[1], format[2], ':'};
  append_counted(out_, '=', {prefix, sizeof prefix}, text);
}

}  // namespace countd::protocol
