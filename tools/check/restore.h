// Writes the log as it was at a time: base, the increments until then, the last of them shortened
// before the first frame that is later. The log it comes from is only read.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/base/time.h"
#include "storage/disk/disk.h"
#include "tools/inspect/target.h"

namespace countd::check {

struct RestorePlan {
  struct Copy {
    std::string name;
    std::uint64_t bytes = 0;  // from its beginning
  };

  std::string from;  // directory
  std::vector<Copy> files;
  std::string manifest_name;
  storage::log::Manifest manifest;
  storage::Millis last_time = 0;  // of the last annotation before the cut
};

struct RestoreProblem {
  std::string what;
};

/// Refuses a base that is newer than `until`, a log that does not say when its frames were, and
/// damage before `until`.
boost::system::result<RestorePlan, RestoreProblem> plan_restore(storage::Disk& disk,
                                                                const inspect::Target& target,
                                                                storage::Millis until);

/// Makes the directory `output`, which must be new or empty, and writes the log there. The manifest
/// comes last, when all it names is durable: without it the copy is not one.
boost::system::result<void, RestoreProblem> restore(storage::Disk& disk, const RestorePlan& plan,
                                                    const std::string& output);

}  // namespace countd::check
