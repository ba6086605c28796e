// A wave: what one read of a connection parsed. It owns the words and the result slots of its
// requests, outlives a closed socket, and is recycled by its thread.
//
// Life: the connection parses and dispatches (items go into batches, session commands answer at
// once) until the bytes are used up or the wave is full, which makes it complete, or until a
// barrier stands next. Once nothing is outstanding a complete wave is sent (wave_done); otherwise
// the connection runs the barrier and goes on (wave_idle).
#pragma once

#include <boost/container/vector.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "commands/reply.h"
#include "metrics/slow_log.h"
#include "protocol/byte_buffer.h"
#include "tracking/settings.h"

namespace countd::shard {

struct Wave;

/// ReplySlot::arena of bytes that lie in the wave's own buffer.
inline constexpr std::uint16_t kOwnArena = 0xFFFF;
/// The most requests in one wave.
inline constexpr std::size_t kMaxWave = 1024;

class WaveOwner {
 public:
  /// Nothing is outstanding and more stands behind a barrier: run it and go on.
  virtual void wave_idle(Wave& wave) = 0;
  /// All slots are filled: format them (arenas[slot.arena], or the wave's own bytes) and send.
  virtual void wave_done(Wave& wave, std::span<const protocol::ByteBuffer* const> arenas) = 0;
  /// Who asked, for the slow log.
  virtual void describe(metrics::SlowLogEntry& entry) const = 0;

 protected:
  ~WaveOwner() = default;
};

struct Wave {
  WaveOwner* owner = nullptr;
  tracking::Reader client;  // whose it is
  std::vector<std::string_view> words;
  boost::container::vector<commands::ReplySlot> slots;  // adds one without a call
  protocol::ByteBuffer bytes;
  std::uint32_t outstanding = 0;      // items, check-outs and deferred answers under way
  int last_shard = -1;                // where the last item went (pipeline-order strict)
  bool listed = false;                // among the turn's active waves
  bool complete = false;              // no request is to follow
  bool writes = false;                // some request may have changed something
  bool unfinished = false;            // while a turn settles: not to be sent yet
  std::vector<std::uint32_t> silent;  // slots that CLIENT REPLY keeps from being sent, ascending

  commands::ReplySlot& add_slot() { return slots.emplace_back(); }
  /// Copies a slot's bytes out of a batch's arena that is about to be reused.
  void adopt(commands::ReplySlot& slot, const protocol::ByteBuffer& arena) {
    if (slot.kind != commands::ReplySlot::Kind::kBytes || slot.arena == kOwnArena) return;
    const auto offset = static_cast<std::int64_t>(bytes.size());
    bytes.append(slot.bytes_in(arena));
    slot.number = offset;
    slot.arena = kOwnArena;
  }
  void reset() {
    words.clear();
    slots.clear();
    bytes.clear();
    outstanding = 0;
    last_shard = -1;
    complete = false;
    writes = false;
    silent.clear();
    owner = nullptr;
  }
};

}  // namespace countd::shard
