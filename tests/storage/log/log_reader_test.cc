#include "storage/log/log_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/storage/log/sample_log.h"

using namespace countd;
using namespace countd::storage::log;
using namespace std::string_literals;
using Kind = LogEnd::Kind;
using test::replay;
using test::resp;

namespace {

/// The number of whole frames in the first `size` bytes.
std::size_t frames_in(const test::SampleLog& log, std::uint64_t size) {
  return static_cast<std::size_t>(std::upper_bound(log.cuts.begin() + 1, log.cuts.end(), size) -
                                  log.cuts.begin() - 1);
}

std::string flipped(std::string bytes, std::size_t at, int bit) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  return bytes;
}

}  // namespace

TEST_CASE("a whole log gives the state of its last cut") {
  for (const bool timestamps : {false, true}) {
    const auto log = test::sample_log(5, timestamps);
    const auto seen = replay(log.bytes);
    CHECK(seen.end.kind == Kind::kWhole);
    CHECK(seen.end.what.empty());
    CHECK(seen.end.good_bytes == log.bytes.size());
    CHECK(seen.end.frames == 5);
    CHECK(seen.end.commands == 30);
    CHECK(seen.end.first_epoch == 10);
    CHECK(seen.end.last_epoch == 50);
    CHECK(seen.end.first_time == (timestamps ? 1'700'000'001'000 : 0));
    CHECK(seen.end.last_time == (timestamps ? 1'700'000'005'000 : 0));
    CHECK(seen.entries == log.states.back());
  }
}

TEST_CASE("a log cut anywhere is torn, and gives the state of the last whole frame") {
  const auto log = test::sample_log(4, true);
  for (std::size_t size = 0; size < log.bytes.size(); ++size) {
    const auto seen = replay(std::string_view{log.bytes}.substr(0, size));
    const std::size_t frames = frames_in(log, size);
    const bool at_cut = size == 0 || std::count(log.cuts.begin(), log.cuts.end(), size) > 0;
    REQUIRE(seen.end.kind == (at_cut ? Kind::kWhole : Kind::kTorn));
    REQUIRE(seen.end.frames == frames);
    REQUIRE(seen.end.good_bytes == (size < log.cuts[0] ? 0 : log.cuts[frames]));
    REQUIRE(seen.entries == log.states[frames]);
  }
}

TEST_CASE("every flipped bit is found, and what was given out before it is the state of a cut") {
  const auto log = test::sample_log(4, true);
  for (std::size_t at = 0; at < log.bytes.size(); ++at) {
    const std::size_t frames = frames_in(log, at);
    for (int bit = 0; bit < 8; ++bit) {
      const auto seen = replay(flipped(log.bytes, at, bit));
      CAPTURE(at);
      CAPTURE(bit);
      REQUIRE(seen.end.kind != Kind::kWhole);
      if (at < log.cuts[0]) {  // the head line
        // Read as a file of Redis it stops at the first checksum, which gave out one frame at most.
        REQUIRE(seen.end.kind == Kind::kDamaged);
        REQUIRE((seen.entries == log.states[0] || seen.entries == log.states[1]));
        continue;
      }
      REQUIRE(seen.end.kind == (frames + 1 < log.cuts.size() - 1 ? Kind::kDamaged : Kind::kTorn));
      REQUIRE(seen.end.frames == frames);
      REQUIRE(seen.end.good_bytes == log.cuts[frames]);
      REQUIRE(seen.end.last_epoch == 10 * frames);
      REQUIRE(seen.entries == log.states[frames]);
    }
  }
}

TEST_CASE(
    "a log with room is good wherever the room ends, and no flipped bit gives another state") {
  const auto log = test::sample_log(3, true, 300);
  const std::uint64_t used = log.cuts.back();
  REQUIRE(log.bytes.size() > used + 20);
  for (std::size_t size = used; size <= log.bytes.size(); ++size) {
    const auto seen = replay(std::string_view{log.bytes}.substr(0, size));
    const bool whole = log.bytes[size - 1] == '\n';
    REQUIRE(seen.end.kind == (whole ? Kind::kWhole : Kind::kTorn));
    REQUIRE(seen.end.good_bytes >= used);
    REQUIRE((seen.end.good_bytes == size) == whole);
    REQUIRE(seen.entries == log.states.back());
  }
  for (std::size_t at = log.cuts[0]; at < log.bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const auto seen = replay(flipped(log.bytes, at, bit));
      CAPTURE(at);
      CAPTURE(bit);
      REQUIRE(seen.end.kind != Kind::kWhole);
      REQUIRE(seen.end.frames <= frames_in(log, at));
      REQUIRE(seen.entries == log.states[seen.end.frames]);
      if (at >= used) REQUIRE(seen.end.kind == Kind::kTorn);
    }
  }
}

TEST_CASE("a frame left out is not seen, one repeated or out of order is damage") {
  const auto log = test::sample_log(3, false);
  const std::string_view bytes = log.bytes;
  const auto frame = [&](std::size_t n) {
    return std::string{bytes.substr(log.cuts[n], log.cuts[n + 1] - log.cuts[n])};
  };
  const std::string head{bytes.substr(0, log.cuts[0])};
  CHECK(replay(head + frame(0) + frame(2)).end.kind == Kind::kWhole);
  const auto repeated = replay(head + frame(0) + frame(1) + frame(1)).end;
  CHECK(repeated.kind == Kind::kDamaged);
  CHECK(repeated.what ==
        "at offset " + std::to_string(log.cuts[2]) + ": the epoch of a frame does not ascend");
  CHECK(replay(head + frame(1) + frame(0)).end.kind == Kind::kDamaged);
}

TEST_CASE("the message names where a damaged frame is bad and where a good one follows") {
  auto log = test::sample_log(3, false);
  log.bytes[log.cuts[1] + 40] ^= 1;
  const auto end = replay(log.bytes).end;
  CHECK(end.kind == Kind::kDamaged);
  CHECK(end.what.starts_with("at offset "));
  CHECK(end.what.ends_with(", and a frame that holds follows at " + std::to_string(log.cuts[2])));
}

TEST_CASE("any number of claims to be a frame's end are looked at in bounded time") {
  const auto log = test::sample_log(1, false);
  std::string bytes = log.bytes.substr(0, log.cuts[0]) + "*1\r\n$5\r\nMULTI\r\n";
  const std::size_t begin = log.cuts[0];
  for (int i = 0; i < 20'000; ++i) {
    bytes += "#CRC32C:00000000 " + std::to_string(bytes.size() - begin) + " 9\r\n";
  }
  CHECK(replay(bytes).end.kind == Kind::kDamaged);
}

TEST_CASE("reading until a time stops before the first later frame") {
  const auto log = test::sample_log(4, true);
  for (int seconds = 0; seconds <= 5; ++seconds) {
    const auto seen = replay(log.bytes, {.until = (1'700'000'000LL + seconds) * 1000});
    const auto frames = static_cast<std::size_t>(std::min(seconds, 4));
    CHECK(seen.end.kind == (seconds < 4 ? Kind::kUntil : Kind::kWhole));
    CHECK(seen.end.good_bytes == log.cuts[frames]);
    CHECK(seen.entries == log.states[frames]);
  }
}

TEST_CASE("a refused command ends the reading with its offset and the taker's words") {
  const std::string bytes = resp({"SET", "a", "1"}) + resp({"LPUSH", "l", "x"});
  const auto end = replay(bytes).end;
  CHECK(end.kind == Kind::kRefused);
  CHECK(end.what == "at offset 27: unknown command");
  CHECK(end.good_bytes == 27);
  CHECK(end.commands == 1);
}

TEST_CASE("a file of Redis: commands and transactions are frames, a torn one is dropped whole") {
  const std::string first = "#TS:1000\r\n"s + resp({"SELECT", "0"}) + resp({"SET", "a", "1"});
  const std::string second = "#TS:1001\r\n"s + resp({"MULTI"}) + resp({"SET", "a", "2"}) +
                             "#TS:1002\r\n" + resp({"SET", "b", "2"}) + resp({"EXEC"});
  const std::string bytes = first + second;
  const auto whole = replay(bytes);
  CHECK(whole.end.kind == Kind::kWhole);
  CHECK(whole.end.frames == 3);
  CHECK(whole.end.commands == 4);
  CHECK(whole.end.last_time == 1'002'000);
  CHECK(whole.end.last_epoch == 0);
  CHECK(whole.entries.size() == 2);
  for (std::size_t size = first.size() + 11; size < bytes.size(); ++size) {
    const auto seen = replay(std::string_view{bytes}.substr(0, size));
    REQUIRE(seen.end.kind == Kind::kTorn);
    REQUIRE(seen.end.good_bytes == first.size());
    REQUIRE(seen.entries == std::map<std::string, std::string>{{"0 a", "1"}});
  }
  const auto until = replay(bytes, {.until = 1'001'000});
  CHECK(until.end.kind == Kind::kUntil);
  CHECK(until.end.good_bytes == first.size());
  CHECK(until.entries.at("0 a") == "1");
}

TEST_CASE("a file of Redis that can be no log is damaged") {
  CHECK(replay("hello").end.what == "at offset 0: a command must begin with '*'");
  CHECK(replay(resp({"EXEC"})).end.kind == Kind::kDamaged);
  CHECK(replay(resp({"MULTI"}) + resp({"MULTI"})).end.kind == Kind::kDamaged);
  CHECK(replay("#TS:x\r\n").end.kind == Kind::kDamaged);
  CHECK(replay("#COUNTD 2\r\n").end.what == "at offset 8: the log's version is not known");
  CHECK(replay("# a note\r\n").end.kind == Kind::kWhole);
  CHECK(replay("").end.kind == Kind::kWhole);
}

TEST_CASE("a file is ours by its head line, or by what is there of it") {
  CHECK(is_ours("#COUNTD 1\r\n*"));
  CHECK(is_ours("#COUNTD 2\r\n"));
  CHECK(is_ours("#COU"));
  CHECK(!is_ours(""));
  CHECK(!is_ours("#TS:1\r\n"));
  CHECK(!is_ours("*1\r\n"));
}
