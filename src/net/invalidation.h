// The messages of client-side caching, as RESP3 pushes.
#pragma once

#include <cstdint>

#include "protocol/byte_buffer.h"
#include "tracking/shard_tracker.h"

namespace countd::net {

/// `>2 invalidate [key …]`; null keys: everything.
void write_invalidation(const tracking::KeyNames* keys, protocol::ByteBuffer& out);
/// `>2 tracking-redir-broken :id`.
void write_broken_redirect(std::uint64_t redirect, protocol::ByteBuffer& out);

}  // namespace countd::net
