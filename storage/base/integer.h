// Integers as text, by Redis's rule: canonical decimal only (no plus, no leading zero, no "-0",
// no blanks), so that text -> integer -> text is the identity.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace countd::storage {

/// The integer that `text` is the canonical spelling of, or nothing.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Room for the longest int64 in decimal.
using IntegerText = std::array<char, 20>;

/// Writes `value` in decimal into `buffer`; the view is valid as long as the buffer.
std::string_view format_integer(std::int64_t value, IntegerText& buffer);

}  // namespace countd::storage
