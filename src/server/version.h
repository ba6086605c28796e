// Which version this is, and which Redis it answers as.
#pragma once

#include <string_view>

namespace countd::server {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kRedisVersion = "7.0.15";

}  // namespace countd::server
