#include "commands/families.h"

#include <array>

#include "commands/connection.h"
#include "commands/count_min.h"
#include "commands/counters.h"
#include "commands/hyperloglog.h"
#include "commands/keys.h"
#include "commands/module.h"
#include "commands/server.h"
#include "commands/strings.h"

namespace countd::commands {

std::span<const std::span<const Command>> families() {
  // clang-format off
  static const std::array kFamilies = {
      counter_commands(),
      increx_commands(),
      set_commands(),
      get_commands(),
      string_range_commands(),
      multi_string_commands(),
      hyperloglog_commands(),
      count_min_commands(),
      key_commands(),
      expiry_commands(),
      move_commands(),
      scan_commands(),
      database_commands(),
      object_commands(),
      dump_commands(),
      connection_commands(),
      client_commands(),
      server_commands(),
      save_commands(),
      append_log_commands(),
      config_commands(),
      command_commands(),
      debug_commands(),
      memory_commands(),
      slowlog_commands(),
      module_commands(),
  };
  // clang-format on
  return kFamilies;
}

}  // namespace countd::commands
