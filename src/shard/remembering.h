// What running a request means to client-side caching: whose change it is, and whose read.
#pragma once

#include <cstdint>

#include "shard/batch.h"
#include "tracking/tracking.h"

namespace countd::shard {

/// The client whose changes the item makes; 0: a group of several clients' increments.
std::uint64_t writer_of(const Batch& batch, const Item& item);

/// The keys of a remembered item go to the trackers of their shards, each of which remembers at
/// most its part of `limit` (0: no limit). REQUIRES: the leases of these shards.
void remember_keys(const Item& item, tracking::Tracking& tracking, std::uint64_t limit);

}  // namespace countd::shard
