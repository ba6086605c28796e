// How a thread reaches the others: it gives work back to them and wakes them. The seam at which a
// test or a simulation stands in for real threads.
#pragma once

#include "shard/mailbox.h"

namespace countd::shard {

class Peers {
 public:
  virtual ~Peers() = default;
  /// Gives `thread` a batch that came back or a lease that was granted; wakes it if it sleeps.
  virtual void complete(int thread, MailNode& node) = 0;
  /// The thread has been handed its own lease: it must look, even if it sleeps.
  virtual void wake(int thread) = 0;
};

}  // namespace countd::shard
