#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// CMS.INITBYDIM, CMS.INITBYPROB, CMS.INCRBY, CMS.INCR, CMS.QUERY, CMS.MERGE and CMS.INFO.
std::span<const Command> count_min_commands();

}  // namespace countd::commands
