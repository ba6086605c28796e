// CMS.*: Count-Min sketches as RedisBloom answers, and CMS.INCR, which makes the sketch it needs.
#pragma once

#include <span>

#include "commands/command.h"

namespace countd::commands {

/// CMS.INITBYDIM, CMS.INITBYPROB, CMS.INCRBY, CMS.INCR, CMS.QUERY, CMS.MERGE and CMS.INFO.
std::span<const Command> count_min_commands();

}  // namespace countd::commands
