// Floating-point numbers as text, as INCRBYFLOAT reads and writes them: long doubles, 17 digits
// after the point at most, never an exponent ("10.5", "0.1", "3").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace countd::commands {

/// What strtold takes and is not NaN, whole, without a leading blank; infinity is a number.
std::optional<long double> parse_float(std::string_view text);

/// REQUIRES: finite.
std::string format_float(long double value);

}  // namespace countd::commands
