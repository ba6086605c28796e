#include "net/reply_formatter.h"

#include "commands/error_text.h"
#include "commands/reply.h"
#include "protocol/reply_writer.h"

namespace countd::net {
namespace {

using commands::ReplySlot;

void write_line(protocol::ByteBuffer& out, char type, std::string_view text) {
  char* const to = out.reserve(text.size() + 3);
  to[0] = type;
  std::memcpy(to + 1, text.data(), text.size());
  to[text.size() + 1] = '\r';
  to[text.size() + 2] = '\n';
  out.commit(text.size() + 3);
}

void format_bytes(const shard::Wave& wave, const ReplySlot& slot,
                  std::span<const protocol::ByteBuffer* const> arenas, protocol::ByteBuffer& out,
                  metrics::ThreadMetrics& metrics) {
  const auto& arena = slot.arena == shard::kOwnArena ? wave.bytes : *arenas[slot.arena];
  const auto bytes = slot.bytes_in(arena);
  if (!bytes.empty() && bytes[0] == '-') metrics.errors.count(bytes.substr(1));
  out.append(bytes);
}

}  // namespace

void format_replies(const shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas,
                    protocol::ByteBuffer& out, metrics::ThreadMetrics& metrics) {
  auto silent = wave.silent.begin();
  for (std::uint32_t i = 0; i < wave.slots.size(); ++i) {
    const ReplySlot& slot = wave.slots[i];
    if (silent != wave.silent.end() && *silent == i) [[unlikely]] {
      ++silent;
      continue;
    }
    switch (slot.kind) {
      case ReplySlot::Kind::kInteger:
        out.commit(protocol::write_integer(out.reserve(24), slot.number));
        break;
      case ReplySlot::Kind::kBytes:
        format_bytes(wave, slot, arenas, out, metrics);
        break;
      case ReplySlot::Kind::kStatus:
        write_line(out, '+', {slot.text, slot.length});
        break;
      case ReplySlot::Kind::kError:
        metrics.errors.count(commands::error_text(slot.error));
        write_line(out, '-', commands::error_text(slot.error));
        break;
      case ReplySlot::Kind::kEmpty:
      case ReplySlot::Kind::kDeferred:
        break;
    }
  }
}

}  // namespace countd::net
