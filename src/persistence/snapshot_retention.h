// Former snapshots stay under names with their time, so that yesterday's counts can be had back;
// and what a crash left of a snapshot goes.
//
// The former file gets its second name (a hard link) durably before the new one takes the first:
// at every moment, and after every crash, there is a whole snapshot under the first name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/disk/disk.h"

namespace countd::persistence {

class SnapshotRetention {
 public:
  /// Of `directory`/`file_name`. `disk` must outlive it.
  SnapshotRetention(storage::Disk& disk, std::string directory, std::string file_name)
      : disk_(disk), directory_(std::move(directory)), file_name_(std::move(file_name)) {}

  /// Before the new snapshot is renamed: the one that is there, if any, gets its second name, the
  /// time when it was made. Two of the same second: the first one is kept.
  /// Error: it is not kept.
  storage::DiskStatus keep_former();
  /// Afterwards: removes the oldest kept snapshots until `keep` are left, and nothing else. Their
  /// remains, some of which may be null.
  storage::DiskResult<std::vector<std::unique_ptr<storage::Remains>>> remove_oldest(
      std::size_t keep);

 private:
  storage::DiskResult<std::string> kept_name();

  storage::Disk& disk_;
  const std::string directory_;
  const std::string file_name_;
};

/// Removes the temporary files of snapshots in `directory` whose process does not run; their names.
/// What cannot be removed stays.
std::vector<std::string> sweep_temporary_snapshots(
    storage::Disk& disk, const std::string& directory,
    const std::function<bool(std::int64_t process)>& runs);

}  // namespace countd::persistence
