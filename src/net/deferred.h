// An answer that comes later: while it is outstanding the wave waits, and with it everything the
// same connection has sent behind it.
#pragma once

#include <memory>

#include "commands/server_view.h"
#include "net/connection.h"

namespace countd::net {

/// Defers the last slot of the wave under way. REQUIRES: called on the connection's thread while
/// one of its barriers runs.
std::shared_ptr<commands::DeferredReply> defer_reply(Connection& connection,
                                                     commands::Reply& reply);

}  // namespace countd::net
