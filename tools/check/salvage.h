// Writes what is good of a damaged log to another directory: everything before the first frame that
// does not hold. Frames behind it may hold and be counted on what is missing, so they are left out.
// The log itself is only read.
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "storage/disk/disk.h"
#include "tools/check/restore.h"
#include "tools/inspect/target.h"

namespace countd::check {

struct SalvagePlan {
  RestorePlan copies;
  std::string left_out;  // "x.aof from byte 120 on, and 2 files behind it"; empty: nothing
};

/// Refuses a base that is not good: nothing counts without it.
boost::system::result<SalvagePlan, RestoreProblem> plan_salvage(storage::Disk& disk,
                                                                const inspect::Target& target);

}  // namespace countd::check
