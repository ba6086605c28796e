// A handler's answer. One integer, status or error stays in its slot and is formatted by the
// connection's thread, in request order; everything else is formatted at once, into the arena of
// the batch the request runs in.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "protocol/reply_writer.h"
#include "storage/base/result.h"

namespace countd::commands {

struct ReplySlot {
  enum class Kind : std::uint8_t {
    kEmpty,
    kInteger,   // `number`
    kStatus,    // `text`, `length`: a string literal
    kError,     // `error`
    kBytes,     // byte_count() bytes at `number` in arena `arena`
    kDeferred,  // comes later (a save that runs)
  };
  Kind kind = Kind::kEmpty;
  storage::Errc error = storage::Errc::kCount;
  std::uint16_t arena = 0;
  std::uint32_t length = 0;
  union {
    std::int64_t number = 0;
    const char* text;
  };

  /// Of kBytes: 40 bits, whose upper 8 stand where an error's number does otherwise.
  [[nodiscard]] std::size_t byte_count() const {
    return static_cast<std::size_t>(error) << 32 | length;
  }
  void set_byte_count(std::size_t count) {
    error = static_cast<storage::Errc>(count >> 32);
    length = static_cast<std::uint32_t>(count);
  }
  /// REQUIRES: kBytes, and that `bytes` is the arena they are in.
  [[nodiscard]] std::string_view bytes_in(const protocol::ByteBuffer& bytes) const {
    return bytes.view().substr(static_cast<std::size_t>(number), byte_count());
  }
};
static_assert(sizeof(ReplySlot) == 16);

class Reply {
 public:
  Reply(ReplySlot& slot, protocol::ByteBuffer& arena, protocol::Version version,
        std::uint16_t arena_index = 0)
      : slot_(slot), arena_(arena), writer_(arena, version) {
    slot_.arena = arena_index;
  }

  [[nodiscard]] protocol::Version version() const { return writer_.version(); }
  [[nodiscard]] bool resp3() const { return version() == protocol::Version::kResp3; }
  /// HELLO answers in the version it has changed to. REQUIRES: empty().
  void change_version(protocol::Version version) { std::construct_at(&writer_, arena_, version); }

  void ok() { status("OK"); }
  /// `text` must be a string literal (or live as long as the server).
  void status(std::string_view text);
  void error(storage::Errc error);
  /// "ERR text", "WRONGTYPE …": with its code.
  void error(std::string_view text);
  [[gnu::always_inline]] void integer(std::int64_t value) {
    if (slot_.kind != ReplySlot::Kind::kEmpty) return integer_in_bytes(value);
    slot_.kind = ReplySlot::Kind::kInteger;
    slot_.number = value;
  }
  void result(const storage::Result<std::int64_t>& result) {
    result.has_value() ? integer(*result) : error(result.error());
  }
  void bulk(std::string_view text) {
    bytes([&] { writer_.bulk(text); });
  }
  void null() {
    bytes([&] { writer_.null(); });
  }
  void null_array() {
    bytes([&] { writer_.null_array(); });
  }
  void array(std::size_t count) {
    bytes([&] { writer_.array(count); });
  }
  void map(std::size_t pairs) {
    bytes([&] { writer_.map(pairs); });
  }
  void set(std::size_t count) {
    bytes([&] { writer_.set(count); });
  }
  void push(std::size_t count) {
    bytes([&] { writer_.push(count); });
  }
  void boolean(bool value) {
    bytes([&] { writer_.boolean(value); });
  }
  void big_number(std::string_view digits) {
    bytes([&] { writer_.big_number(digits); });
  }
  /// Of the reply that follows; nothing in RESP2.
  void attribute(std::size_t pairs) {
    if (resp3()) bytes([&] { writer_.attribute(pairs); });
  }
  void number(double value) {
    bytes([&] { writer_.number(value); });
  }
  /// A status or error inside an array: formatted at once.
  void simple(std::string_view text) {
    bytes([&] { writer_.simple(text); });
  }
  void verbatim(std::string_view text) {
    bytes([&] { writer_.verbatim("txt", text); });
  }
  /// The answer comes later, through ServerView::defer's handle.
  void defer() { slot_.kind = ReplySlot::Kind::kDeferred; }
  [[nodiscard]] bool empty() const { return slot_.kind == ReplySlot::Kind::kEmpty; }
  [[nodiscard]] const ReplySlot& slot() const { return slot_; }

 private:
  // Everything that is formatted here lies side by side in the arena, from the first on.
  template <class Write>
  void bytes(Write&& write) {
    if (slot_.kind != ReplySlot::Kind::kBytes) start_bytes();
    write();
    slot_.set_byte_count(arena_.size() - static_cast<std::size_t>(slot_.number));
  }
  void start_bytes();
  void integer_in_bytes(std::int64_t value);

  ReplySlot& slot_;
  protocol::ByteBuffer& arena_;
  protocol::ReplyWriter writer_;
};

/// Whether the answer is an error; `arena` holds its bytes.
inline bool is_error(const ReplySlot& slot, const protocol::ByteBuffer& arena) {
  if (slot.kind == ReplySlot::Kind::kError) return true;
  return slot.kind == ReplySlot::Kind::kBytes && slot.bytes_in(arena).starts_with('-');
}

}  // namespace countd::commands
