// Points in time as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/base/time.h"

namespace countd::check {

/// "1700000000" (seconds since 1970) or "2023-11-14T22:13:20Z"; nothing if it is neither.
std::optional<storage::Millis> parse_time(std::string_view text);

/// "2023-11-14T22:13:20Z", the second in which it lies.
std::string spell_time(storage::Millis time);

}  // namespace countd::check
