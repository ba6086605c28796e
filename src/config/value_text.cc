// Everything here is pure: text to value and back.
#include "config/value_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace countd::config {

namespace {

template <class Number, class... Base>
std::optional<Number> read_all(std::string_view text, Base... base) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value, base...);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<std::int64_t> unit_bytes(std::string_view unit) {
  struct Unit {
    std::string_view name;
    std::int64_t bytes;
  };
  constexpr Unit kUnits[] = {{"", 1},        {"b", 1},        {"k", 1000},       {"kb", 1024},
                             {"m", 1000000}, {"mb", 1 << 20}, {"g", 1000000000}, {"gb", 1ll << 30}};
  for (const auto& known : kUnits) {
    if (same_word(unit, known.name)) return known.bytes;
  }
  return std::nullopt;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (auto& c : result) c = lower(c);
  return result;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.starts_with('0') && (digits.size() > 1 || text.size() > 1)) return std::nullopt;
  return read_all<std::int64_t>(text);
}

std::optional<std::int64_t> read_octal(std::string_view text) {
  return read_all<std::int64_t>(text, 8);
}

std::optional<bool> read_flag(std::string_view text) {
  if (same_word(text, "yes")) return true;
  if (same_word(text, "no")) return false;
  return std::nullopt;
}

std::optional<std::int64_t> read_memory(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = read_all<std::int64_t>(text.substr(0, digits));
  const auto unit = unit_bytes(text.substr(digits));
  if (!number || !unit) return std::nullopt;
  if (*number > std::numeric_limits<std::int64_t>::max() / *unit) return std::nullopt;
  return *number * *unit;
}

std::optional<double> read_decimal(std::string_view text) {
  const auto value = read_all<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::string write_memory(std::uint64_t bytes) {
  constexpr std::uint64_t kKilo = 1024;
  const char* const units[] = {"", "kb", "mb", "gb"};
  std::size_t unit = 0;
  while (unit < 3 && bytes != 0 && bytes % kKilo == 0) {
    bytes /= kKilo;
    ++unit;
  }
  return std::to_string(bytes) + units[unit];
}

std::string write_decimal(double value) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

std::string write_text(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto plain = [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\'' && c != '\\';
  };
  if (!text.empty() && text[0] != '#' && std::all_of(text.begin(), text.end(), plain)) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < ' ' || byte > '~') {
      quoted += "\\x";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::vector<std::string> split_at_blanks(std::string_view text) {
  std::vector<std::string> pieces;
  if (text.empty()) return pieces;
  while (true) {
    const auto blank = text.find(' ');
    pieces.emplace_back(text.substr(0, blank));
    if (blank == std::string_view::npos) return pieces;
    text.remove_prefix(blank + 1);
  }
}

std::string join(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) {
    if (!text.empty()) text += ' ';
    text += piece;
  }
  return text;
}

}  // namespace countd::config
