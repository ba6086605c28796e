// What one seed of the simulator plays: everything about a run that does not change while it runs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace countd::test {

/// A bug that is put in to see whether it is found.
enum class Planted : std::uint8_t {
  kNone,
  kLyingSyncs,  // fsync is skipped
  kLyingDirectorySyncs,
  kUnsyncedBase,      // the manifest names a base that has not been synced
  kDroppedOldStates,  // the copy of an entry that is written during a snapshot is lost
  kDroppedLogStates,  // or that of one which is written before its turn in a cut of the log
  kLostSyncMarks,     // the next process does not know that a sync has failed
  kEarlyReplies,      // replies do not wait for the log
};

struct Plan {
  std::uint64_t seed = 1;
  Planted planted = Planted::kNone;
  int shards = 1;
  int clients = 2;
  int lives = 4;
  bool interleaved = true;  // threads turn while another is in the midst of its turn
  bool faults = true;       // the disk is full at times, and syncs fail
  bool switches = true;     // options change while the server runs
  /// Whole databases are emptied and swapped; if not, counters only grow, whatever happens.
  bool wild = false;
  /// Only policies under which every frame is synced before the next: then a log can be read
  /// whatever sectors of a file a loss of power leaves out. If not, it leaves out its end.
  bool synced = true;
  std::size_t small_cut = 512;    // of the journal
  std::size_t slice_entries = 4;  // of the walks
  std::size_t longest_write = 1u << 30;
};

Plan plan_of(std::uint64_t seed, Planted planted = Planted::kNone);

}  // namespace countd::test
