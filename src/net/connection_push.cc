// The part of a connection that speaks unasked: messages of client-side caching.
//
// The order is the point. A client that reads a key and then hears that it has changed must get the
// reply first, or it would keep the old value for good. So while a wave is under way, what is to be
// told waits for the wave's replies; and while the log withholds them, or a write is under way, for
// these. By itself a message waits for the log as a reply does: nobody hears of a change that is
// not durable where replies do not show it.
#include "config/options.h"
#include "net/clients.h"
#include "net/connection.h"
#include "net/invalidation.h"

namespace countd::net {

using protocol::Version;

void Connection::invalidate(const std::shared_ptr<const tracking::KeyNames>& keys) {
  if (!open_ || !session_.tracking.on) return;
  if (session_.tracking.redirect != 0) return clients_.front().redirect(*this, keys);
  invalidate_for_another(keys.get());
}

void Connection::invalidate_for_another(const tracking::KeyNames* keys) {
  if (!open_ || session_.version != Version::kResp3) return;
  write_invalidation(keys, pushes_);
  send_pushes();
  check_hard_limit();
}

void Connection::redirect_is_broken() {
  if (!open_ || !session_.tracking.on) return;
  session_.tracking.redirect_broken = true;
  if (session_.version != Version::kResp3) return;
  write_broken_redirect(session_.tracking.redirect, pushes_);
  send_pushes();
}

void Connection::send_pushes() {
  if (pushes_.empty() || wave_ != nullptr || sending()) return;
  if (session_.version != Version::kResp3) return pushes_.clear();
  auto* const log = shard_.log();
  const std::uint64_t epoch = log != nullptr ? log->must_wait_for() : 0;
  auto& out = clients_.scratch();
  out.clear();
  out.append(pushes_.view());
  pushes_.clear();
  hand_over(out, epoch);
}

}  // namespace countd::net
