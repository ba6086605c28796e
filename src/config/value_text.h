// Values as they are spelled in configuration files and in CONFIG GET.
//
//   1gb = 1024^3, 1g = 1000^3, likewise kb, k, mb, m; b or nothing: bytes; in either case
//   "a b\n"   text with blanks, quotes or unprintable bytes is quoted as in inline requests
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countd::config {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
/// The same but for the case of ASCII letters, as names are compared.
constexpr bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}
std::string lower_case(std::string_view text);

/// A canonical decimal integer (no plus, no leading zero) within 64 bits.
std::optional<std::int64_t> read_integer(std::string_view text);
std::optional<std::int64_t> read_octal(std::string_view text);
std::optional<bool> read_flag(std::string_view text);
/// Bytes; nothing if it is no such text, or beyond 2^63 - 1.
std::optional<std::int64_t> read_memory(std::string_view text);
/// A finite decimal number.
std::optional<double> read_decimal(std::string_view text);

/// In the largest unit that divides it: "100mb", "1000".
std::string write_memory(std::uint64_t bytes);
/// The shortest text that reads back as `value`.
std::string write_decimal(double value);
/// As it is, or in double quotes where that is needed.
std::string write_text(std::string_view text);

/// `text` split at single blanks; empty pieces count, but empty text has none.
std::vector<std::string> split_at_blanks(std::string_view text);
std::string join(const std::vector<std::string>& pieces);

}  // namespace countd::config
