// Turns a wave's slots into the bytes that are sent, in request order.
#pragma once

#include <span>

#include "metrics/thread_metrics.h"
#include "protocol/byte_buffer.h"
#include "shard/wave.h"

namespace countd::net {

/// Appends every reply of the wave to `out`; counts errors by their codes.
void format_replies(const shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas,
                    protocol::ByteBuffer& out, metrics::ThreadMetrics& metrics);

}  // namespace countd::net
