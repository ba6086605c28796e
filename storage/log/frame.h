// A frame: everything that changed between two cuts over all shards, as the journal tells it.
//
// Its commands are full states (SET, RESTORE), removals (DEL), changes to whole databases and the
// few changes that are told as themselves (PFADD, CMS.INCRBY). Whoever has the state of the cut
// before and runs them in order has the state of this cut; half of them means nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/base/time.h"

namespace countd::storage::log {

struct Frame {
  std::uint64_t epoch = 0;          // the cut's number; ascending, not always by one
  Millis time = 0;                  // of the cut
  std::uint64_t commands = 0;       // in all pieces
  std::vector<std::string> pieces;  // whole RESP commands, SELECT included, in their order

  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& piece : pieces) sum += piece.size();
    return sum;
  }
};

/// A frame that is told is never changed: its readers share it.
using FramePointer = std::shared_ptr<const Frame>;

}  // namespace countd::storage::log
