// Check-out: taking the leases of several shards for one command, in ascending order, without
// ever blocking. A lease that is taken is asked for by this node in the shard's mailbox; its
// holder hands it over when it reaches the node.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "shard/batch.h"
#include "shard/mailbox.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

struct CheckOut final : MailNode {
  CheckOut() : MailNode(Kind::kGrant) {}

  int thread = 0;            // who asks
  std::vector<int> shards;   // ascending
  std::size_t acquired = 0;  // shards[0, acquired) are held
  bool waiting = false;      // the node lies in the mailbox of shards[acquired]
  /// Runs with all leases held; one entry a shard of the server, null where not checked out.
  std::function<void(std::span<storage::Keyspace* const>)> run;
};

}  // namespace countd::shard
