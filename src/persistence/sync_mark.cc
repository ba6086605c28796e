#include "persistence/sync_mark.h"

namespace countd::persistence {

// The words are for people: that the file is there is enough.
bool leave_sync_mark(storage::Disk& disk, const AppendLogTarget& target) {
  const auto file = disk.create(target.path(kSyncMarkName));
  if (!file) return false;
  static_cast<void>(
      (*file)->write("A sync of this log has failed: what its files show may not be on the disk.\n"
                     "countd writes the log anew when it starts, and removes this file.\n"));
  return true;
}

// One that stays makes the next start write the log anew, which does no harm.
void remove_sync_mark(storage::Disk& disk, const AppendLogTarget& target) {
  static_cast<void>(disk.remove(target.path(kSyncMarkName)));
}

}  // namespace countd::persistence
