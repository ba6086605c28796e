#include "storage/log/base_writer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "storage/log/frame_format.h"
#include "storage/log/log_reader.h"
#include "storage/sketch/count_min.h"

using namespace countd::storage;
using namespace countd::storage::log;
using Kind = LogEnd::Kind;

namespace {

constexpr Millis kTime = 1'700'000'000'000;

/// A base of what `emit` is to write; blocks are small.
template <class Emit>
std::string base_of(Emit&& emit) {
  BaseWriter base;
  std::string file = base.head(kTime);
  rdb::BlockWriter blocks{{.size = 200, .compress = false},
                          [&](const rdb::Block& block) { file += base.frame(block); }};
  emit(blocks);
  blocks.flush();
  file += base.tail();
  CHECK(base.size_bytes() == file.size());
  return file;
}

std::string of_some_keys() {
  return base_of([](rdb::BlockWriter& to) {
    for (int i = 0; i < 40; ++i) {
      to.emit(i % 2, "key" + std::to_string(i), ValueView{std::int64_t{i}}, kNoExpiry);
    }
  });
}

struct Replayed {
  LogEnd end;
  std::vector<std::string> commands;  // their words with blanks between
};

Replayed replay(std::string_view bytes, std::optional<Millis> until = {}) {
  Replayed seen;
  seen.end = read_log(bytes, {.until = until, .command_base = true}, [&](auto words) {
    std::string line;
    for (const auto word : words) line.append(line.empty() ? "" : " ").append(word);
    seen.commands.push_back(line);
    return std::string{};
  });
  return seen;
}

}  // namespace

TEST_CASE("a base says of every entry what it is") {
  const std::string text(300, 't');
  const auto sketch = CountMinSketch::create({10, 2});
  const auto seen = replay(base_of([&](rdb::BlockWriter& to) {
    to.emit(3, "counter", ValueView{std::int64_t{-7}}, kNoExpiry);
    to.emit(3, "short", ValueView{std::string_view{"s"}}, kTime);
    to.emit(3, "long", ValueView{std::string_view{text}}, kNoExpiry);
    to.emit(3, "sketch", ValueView{sketch.get()}, kTime);
  }));
  CHECK(seen.end.kind == Kind::kWhole);
  CHECK(seen.end.first_time == kTime);
  REQUIRE(seen.commands.size() >= 5);
  CHECK(seen.commands[0] == "SELECT 3");
  CHECK(seen.commands[1] == "SET counter -7");
  CHECK(seen.commands[2] == "SET short s PXAT 1700000000000");
  CHECK(seen.commands[3] == "SET long " + text);
  CHECK(seen.commands.back().starts_with("RESTORE sketch 1700000000000 "));
}

TEST_CASE("a base of nothing is whole, and no frame of one is missing without a word") {
  CHECK(base_of([](rdb::BlockWriter&) {}) == "#COUNTD 1\r\n#END 0\r\n");
  const std::string base = of_some_keys();
  CHECK(replay(base).commands.size() > 40);
  for (std::size_t size = 0; size < base.size(); ++size) {
    REQUIRE(replay(std::string_view{base}.substr(0, size)).end.kind != Kind::kWhole);
  }
  for (std::size_t at = 0; at < base.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = base;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      CAPTURE(at);
      CAPTURE(bit);
      REQUIRE(replay(flipped).end.kind != Kind::kWhole);
    }
  }
  CHECK(replay(base + "#\n").end.kind != Kind::kWhole);
  CHECK(replay(base + base.substr(kHeadLine.size())).end.kind != Kind::kWhole);
}

TEST_CASE("a base is not older than its cut") {
  CHECK(replay(of_some_keys(), kTime - 1).end.kind == Kind::kUntil);
  CHECK(replay(of_some_keys(), kTime).end.kind == Kind::kWhole);
}
