#include <doctest/doctest.h>

#include <string>

#include "commands/reply.h"

using countd::commands::Reply;
using countd::commands::ReplySlot;
using countd::protocol::ByteBuffer;
using countd::protocol::Version;
using countd::storage::Errc;

TEST_CASE("a scalar stays in its slot, the arena untouched") {
  ByteBuffer arena;
  ReplySlot slot;
  Reply(slot, arena, Version::kResp2).integer(7);
  CHECK(slot.kind == ReplySlot::Kind::kInteger);
  CHECK(slot.number == 7);

  ReplySlot status;
  Reply(status, arena, Version::kResp2).ok();
  CHECK(status.kind == ReplySlot::Kind::kStatus);
  CHECK(std::string(status.text, status.length) == "OK");

  ReplySlot error;
  Reply(error, arena, Version::kResp2).error(Errc::kSyntax);
  CHECK(error.kind == ReplySlot::Kind::kError);
  CHECK(error.error == Errc::kSyntax);
  CHECK(arena.empty());
}

TEST_CASE("within an array everything is written out, side by side") {
  ByteBuffer arena;
  arena.append("earlier");
  ReplySlot slot;
  Reply reply(slot, arena, Version::kResp2, 3);
  reply.array(4);
  reply.integer(-1);
  reply.status("YES");
  reply.error(Errc::kNoSuchKey);
  reply.bulk("x");
  CHECK(slot.kind == ReplySlot::Kind::kBytes);
  CHECK(slot.arena == 3);
  CHECK(slot.number == 7);
  CHECK(slot.bytes_in(arena) == "*4\r\n:-1\r\n+YES\r\n-ERR no such key\r\n$1\r\nx\r\n");
}

TEST_CASE("the version decides the form, and may change before anything is written") {
  ByteBuffer arena;
  ReplySlot slot;
  Reply reply(slot, arena, Version::kResp2);
  reply.attribute(1);
  CHECK(arena.empty());
  reply.change_version(Version::kResp3);
  CHECK(reply.resp3());
  reply.map(1);
  reply.boolean(true);
  reply.null();
  CHECK(arena.view() == "%1\r\n#t\r\n_\r\n");
}

TEST_CASE("a reply may be longer than 32 bits tell") {
  ReplySlot slot;
  for (const std::size_t count : {std::size_t{0}, std::size_t{7}, (std::size_t{5} << 32) + 3}) {
    slot.set_byte_count(count);
    CHECK(slot.byte_count() == count);
  }
}
