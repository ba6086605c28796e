// Opens the directory of an append log: takes its lock, finds its manifest, and removes what a
// crash left over.
//
// The manifest is the first file of a directory and names all others that count. So a directory
// with files of a log and no manifest has lost it, and is refused; and a base or an increment
// whose number is above those that the manifest names is one that a crash kept from being
// published. Nothing else is touched.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "persistence/log_manifest.h"
#include "storage/base/assert.h"
#include "storage/disk/disk.h"
#include "storage/log/manifest.h"

namespace countd::persistence {

inline constexpr std::string_view kLogLockName = "countd.lock";

/// Why a log is not used, and what can be done about it: one or two sentences for a human being.
struct LogProblem {
  LogProblem() = default;
  explicit LogProblem(std::string text) : what(std::move(text)) {}
  std::string what;
};

[[noreturn]] inline void throw_exception_from_error(const LogProblem&,
                                                    const boost::source_location&) {
  ASSERT(false && "a log result was used as a value without a look at its error");
  std::abort();
}

struct OpenedLog {
  std::unique_ptr<storage::FileLock> lock;  // to be held as long as the log is used
  storage::log::Manifest manifest;
  std::uint64_t bytes = 0;           // of the files it names
  std::vector<std::string> removed;  // names of leftovers
  bool sync_failed = false;          // and the log has not been written anew since

  /// There is no log yet: the directory is new, or its first base was never published.
  [[nodiscard]] bool empty() const { return !manifest.base && manifest.increments.empty(); }
};

/// Makes the directory if it is missing.
boost::system::result<OpenedLog, LogProblem> open_log(storage::Disk& disk,
                                                      const AppendLogTarget& target);

/// Only takes the lock; makes the directory if it is missing.
boost::system::result<std::unique_ptr<storage::FileLock>, LogProblem> lock_log(
    storage::Disk& disk, const AppendLogTarget& target);

}  // namespace countd::persistence
