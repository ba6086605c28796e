// The versions that clients are told.
#pragma once

#include <string_view>

namespace countd::commands {

inline constexpr std::string_view kVersion = "0.1.0";
/// The Redis that countd answers as.
inline constexpr std::string_view kRedisVersion = "7.0.15";

}  // namespace countd::commands
