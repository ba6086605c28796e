// Time is an argument everywhere in storage: no function here reads a clock.
#pragma once

#include <cstdint>

namespace countd::storage {

/// Milliseconds since 1970-01-01 UTC.
using Millis = std::int64_t;

/// The expiry of an entry that has none.
inline constexpr Millis kNoExpiry = -1;
/// As an argument: the entry keeps the expiry it has.
inline constexpr Millis kKeepExpiry = -2;

}  // namespace countd::storage
