#include "commands/reply.h"

#include "commands/error_text.h"
#include "storage/base/assert.h"

namespace countd::commands {

void Reply::status(std::string_view text) {
  if (slot_.kind != ReplySlot::Kind::kEmpty) return simple(text);
  slot_.kind = ReplySlot::Kind::kStatus;
  slot_.text = text.data();
  slot_.length = static_cast<std::uint32_t>(text.size());
}

void Reply::error(storage::Errc error) {
  if (slot_.kind != ReplySlot::Kind::kEmpty) {
    return bytes([&] { writer_.error(error_text(error)); });
  }
  slot_.kind = ReplySlot::Kind::kError;
  slot_.error = error;
}

void Reply::error(std::string_view text) {
  bytes([&] { writer_.error(text); });
}

void Reply::integer_in_bytes(std::int64_t value) {
  bytes([&] { writer_.integer(value); });
}

void Reply::start_bytes() {
  // A scalar reply is whole: nothing may follow it.
  ASSERT(slot_.kind == ReplySlot::Kind::kEmpty);
  slot_.kind = ReplySlot::Kind::kBytes;
  slot_.number = static_cast<std::int64_t>(arena_.size());
}

}  // namespace countd::commands
