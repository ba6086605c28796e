// One shard's slice of the keyspace with what guards it. All but the lease and the mailbox is
// touched by the holder of the lease only.
#pragma once

#include <memory>

#include "shard/lease.h"
#include "shard/mailbox.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

struct Slice {
  Lease<> lease;
  Mailbox mailbox;
  MailNode* inbox = nullptr;  // taken from the mailbox, not run yet
  bool passed_home = false;   // the lease was handed to the home to drain, not to a check-out
  std::unique_ptr<storage::Keyspace> keys;
};

}  // namespace countd::shard
