#include <doctest/doctest.h>

#include <string>

#include "journal/collector.h"
#include "storage/log/command_text.h"

using namespace countd;
using storage::Effect;
using storage::kNoExpiry;

namespace {

storage::Key key(std::string_view bytes, int db = 0) { return {bytes, 0, db}; }

std::string text_of(journal::Telling telling) {
  storage::log::Frame frame;
  telling.move_into(frame);
  std::string text;
  for (const auto& piece : frame.pieces) text += piece;
  return text;
}

}  // namespace

TEST_CASE("what has gone is told at once, behind one SELECT a database") {
  journal::Collector collector;
  collector.on_effect(Effect::kErased, key("a"));
  collector.on_effect(Effect::kExpired, key("b"));
  collector.on_effect(Effect::kEvicted, key("c", 2));
  collector.on_effect(Effect::kWritten, key("d"));
  collector.seal();
  const auto told = collector.take_told();
  REQUIRE(told.sections.size() == 1);
  CHECK(told.sections[0].commands() == 3);
  CHECK(text_of(told.sections[0]) ==
        "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*2\r\n$3\r\nDEL\r\n$1\r\na\r\n*2\r\n$3\r\nDEL\r\n$"
        "1\r\nb\r\n"
        "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*2\r\n$3\r\nDEL\r\n$1\r\nc\r\n");
}

TEST_CASE("a change to a whole database stands between what was told before and after it") {
  journal::Collector collector;
  collector.on_effect(Effect::kErased, key("a"));
  collector.on_effect(Effect::kCleared, key("", 1));
  collector.on_effect(Effect::kErased, key("b"));
  collector.on_swap(0, 1);
  collector.seal();
  const auto told = collector.take_told();
  REQUIRE(told.changes.size() == 2);
  REQUIRE(told.sections.size() == 3);
  CHECK(told.changes[0] == "*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n*1\r\n$7\r\nFLUSHDB\r\n");
  CHECK(told.changes[1] == "*3\r\n$6\r\nSWAPDB\r\n$1\r\n0\r\n$1\r\n1\r\n");
  CHECK(told.sections[2].empty());
}

TEST_CASE("entries are told as full states") {
  journal::Collector collector;
  collector.emit(3, "n", storage::ValueView{std::int64_t{-7}}, kNoExpiry);
  collector.emit(3, "t", storage::ValueView{std::string_view{"x y"}}, 1'700'000'000'000);
  const auto entries = collector.take_entries();
  CHECK(entries.commands() == 2);
  CHECK(text_of(entries) ==
        "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*3\r\n$3\r\nSET\r\n$1\r\nn\r\n$2\r\n-7\r\n"
        "*5\r\n$3\r\nSET\r\n$1\r\nt\r\n$3\r\nx y\r\n$4\r\nPXAT\r\n$13\r\n1700000000000\r\n");
  CHECK(collector.take_entries().empty());
}

TEST_CASE("what is told after a cut belongs to the next interval, and is counted in bytes") {
  journal::Collector collector;
  collector.on_effect(Effect::kErased, key("a"));
  CHECK(collector.told_bytes() == 20);
  collector.seal();
  CHECK(collector.told_bytes() == 0);
  const std::string_view request[] = {"PFADD", "b", "x"};
  collector.on_told(key("b"), request);
  CHECK(collector.told_bytes() > 0);
  CHECK(text_of(collector.take_told().sections[0]).find("PFADD") == std::string::npos);
  collector.seal();
  CHECK(text_of(collector.take_told().sections[0]).find("PFADD") != std::string::npos);
}

TEST_CASE("what a sketch counts is told as sums, before the sketch goes") {
  journal::Collector collector;
  const std::string_view one[] = {"cms.incrby", "s", "x", "2", "y", "1"};
  const std::string_view two[] = {"CMS.INCRBY", "s", "x", "3"};
  for (int i = 0; i < 10; ++i) collector.on_told(key("s"), two);
  collector.on_told(key("s"), one);
  collector.on_told(key("t", 1), two);
  collector.on_effect(Effect::kErased, key("s"));
  collector.on_told(key("s"), two);
  collector.seal();
  const auto text = text_of(collector.take_told().sections[0]);
  const auto erased = text.find("DEL\r\n$1\r\ns");
  const auto sum = text.find("$1\r\nx\r\n$2\r\n32\r\n");
  const auto later = text.find("$10\r\nCMS.INCRBY\r\n$1\r\ns\r\n$1\r\nx\r\n$1\r\n3\r\n");
  REQUIRE(erased != std::string::npos);
  REQUIRE(sum != std::string::npos);
  REQUIRE(later != std::string::npos);
  CHECK(sum < erased);
  CHECK(erased < later);
  CHECK(text.find("$1\r\nt\r\n") != std::string::npos);
}

TEST_CASE("many entries are told in pieces that each end with a command") {
  journal::Collector collector;
  std::string expected = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
  constexpr int kEntries = 30'000;
  for (int i = 0; i < kEntries; ++i) {
    const std::string name = "counter:" + std::to_string(i);
    collector.emit(0, name, storage::ValueView{std::int64_t{i}}, kNoExpiry);
    storage::log::append_command(expected, {"SET", name, std::to_string(i)});
  }
  storage::log::Frame frame;
  auto entries = collector.take_entries();
  CHECK_FALSE(entries.empty());
  entries.move_into(frame);
  CHECK(frame.commands == kEntries);
  REQUIRE(frame.pieces.size() == expected.size() / journal::Telling::kPieceBytes + 1);
  std::string text;
  for (const auto& piece : frame.pieces) {
    CHECK(piece.starts_with("*"));
    CHECK(piece.size() < journal::Telling::kPieceBytes + 100);
    text += piece;
  }
  CHECK(text == expected);
}
