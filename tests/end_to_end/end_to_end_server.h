// The server that an end-to-end test runs against: COUNTD_SERVER is its command, with {port} and
// {dir}; COUNTD_REDIS, where there is one, that of Redis.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace countd::test {

inline std::string command_from(const char* variable) {
  const char* command = std::getenv(variable);
  if (command == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
  return command;
}

/// With more settings behind: server_command("--maxclients 10").
inline std::string server_command(const std::string& settings = "") {
  return command_from("COUNTD_SERVER") + " " + settings;
}

inline std::string redis_command() { return command_from("COUNTD_REDIS"); }

}  // namespace countd::test
