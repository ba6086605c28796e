// A trace of a failed sync, for the process that comes after this one.
//
// After a failed sync the system's cache still shows the bytes, a later sync reports success, and
// the disk does not have them. So a process that starts while the power is on would go on behind
// what is lost with the power. The mark tells it to write the log anew. It must last no longer than
// the cache: so it need not be synced, and can be left on a disk that syncs nothing.
#pragma once

#include <string_view>

#include "persistence/log_manifest.h"
#include "storage/disk/disk.h"

namespace countd::persistence {

inline constexpr std::string_view kSyncMarkName = "countd.sync-failed";

/// False: the directory does not take it.
bool leave_sync_mark(storage::Disk& disk, const AppendLogTarget& target);
/// REQUIRES: everything that the manifest names is durable.
void remove_sync_mark(storage::Disk& disk, const AppendLogTarget& target);

}  // namespace countd::persistence
