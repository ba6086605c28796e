#include "commands/families.h"

#include <array>

#include "commands/counters.h"
#include "commands/keys.h"
#include "commands/strings.h"
#ifdef COUNTD_HYPERLOGLOG
#include "commands/hyperloglog.h"
#endif
#ifdef COUNTD_COUNT_MIN
#include "commands/count_min.h"
#endif

namespace countd::commands {

std::span<const std::span<const Command>> families() {
  static const std::array kFamilies = {
      counter_commands(),      set_commands(),      get_commands(),    string_range_commands(),
      multi_string_commands(), key_commands(),      expiry_commands(), move_commands(),
      scan_commands(),         database_commands(), object_commands(),
#ifdef COUNTD_HYPERLOGLOG
      hyperloglog_commands(),
#endif
#ifdef COUNTD_COUNT_MIN
      count_min_commands(),
#endif
  };
  return kFamilies;
}

}  // namespace countd::commands
