#include "commands/float_text.h"

#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace countd::commands {

namespace {
// Redis's bound; the longest long double in %.17Lf takes 4,933 digits, a point and 17 more.
constexpr std::size_t kMaxFloatText = 5 * 1024;
}  // namespace

std::optional<long double> parse_float(std::string_view text) {
  if (text.empty() || text.size() >= kMaxFloatText) return std::nullopt;
  if (std::isspace(static_cast<unsigned char>(text[0])) != 0) return std::nullopt;
  std::array<char, kMaxFloatText> terminated;
  std::memcpy(terminated.data(), text.data(), text.size());
  terminated[text.size()] = '\0';

  errno = 0;
  char* end = nullptr;
  const long double value = std::strtold(terminated.data(), &end);
  if (end != terminated.data() + text.size() || std::isnan(value)) return std::nullopt;
  const bool out_of_range = errno == ERANGE && (std::isinf(value) || value == 0);
  if (out_of_range || errno == EINVAL) return std::nullopt;
  return value;
}

std::string format_float(long double value) {
  std::array<char, kMaxFloatText> text;
  const int written = std::snprintf(text.data(), text.size(), "%.17Lf", value);
  std::string_view digits(text.data(), static_cast<std::size_t>(written));
  if (digits.find('.') != std::string_view::npos) {
    while (digits.back() == '0') digits.remove_suffix(1);
    if (digits.back() == '.') digits.remove_suffix(1);
  }
  return digits == "-0" ? "0" : std::string(digits);
}

}  // namespace countd::commands
