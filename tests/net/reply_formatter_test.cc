#include "net/reply_formatter.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include "commands/reply.h"

using countd::commands::Reply;
using countd::commands::ReplySlot;
using countd::metrics::ThreadMetrics;
using countd::protocol::ByteBuffer;
using countd::protocol::Version;
using countd::shard::Wave;

namespace {

std::string format(const Wave& wave, std::span<const ByteBuffer* const> arenas,
                   ThreadMetrics& metrics) {
  ByteBuffer out;
  countd::net::format_replies(wave, arenas, out, metrics);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("every kind of slot becomes its bytes, in the order of the requests") {
  ThreadMetrics metrics(1);
  Wave wave;
  ByteBuffer first;
  ByteBuffer second;
  const ByteBuffer* const arenas[] = {&first, &second};
  first.append("noise");
  Reply(wave.add_slot(), second, Version::kResp2, 1).bulk("second's");
  Reply(wave.add_slot(), first, Version::kResp2, 0).integer(-7);
  Reply(wave.add_slot(), first, Version::kResp2, 0).bulk("first's");
  Reply(wave.add_slot(), wave.bytes, Version::kResp2, countd::shard::kOwnArena).bulk("own");
  Reply(wave.add_slot(), first, Version::kResp2, 0).ok();
  Reply(wave.add_slot(), first, Version::kResp2, 0).error(countd::storage::Errc::kSyntax);
  Reply(wave.add_slot(), first, Version::kResp2, 0).error("NOAUTH Authentication required.");
  wave.add_slot();  // a command that answers nothing
  Reply(wave.add_slot(), first, Version::kResp2, 0)
      .integer(std::numeric_limits<std::int64_t>::min());
  CHECK(format(wave, arenas, metrics) ==
        "$8\r\nsecond's\r\n:-7\r\n$7\r\nfirst's\r\n$3\r\nown\r\n+OK\r\n-ERR syntax error\r\n"
        "-NOAUTH Authentication required.\r\n:-9223372036854775808\r\n");
  CHECK(metrics.errors.all() == std::map<std::string, std::uint64_t>{{"ERR", 1}, {"NOAUTH", 1}});
}

TEST_CASE("silent slots are left out, and the others stand where they stood") {
  ThreadMetrics metrics(1);
  Wave wave;
  ByteBuffer arena;
  const ByteBuffer* const arenas[] = {&arena};
  for (int i = 0; i < 6; ++i) Reply(wave.add_slot(), arena, Version::kResp2, 0).integer(i);
  wave.silent = {0, 2, 3};
  CHECK(format(wave, arenas, metrics) == ":1\r\n:4\r\n:5\r\n");
  wave.silent = {5};
  CHECK(format(wave, arenas, metrics) == ":0\r\n:1\r\n:2\r\n:3\r\n:4\r\n");
}
