#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "journal/journal.h"

using namespace countd;
using storage::Keyspace;

namespace {

class Reader final : public journal::Reader {
 public:
  void take(const journal::FramePointer& frame) override { frames.push_back(frame); }
  [[nodiscard]] bool ready() const override { return wants; }

  [[nodiscard]] std::string text(std::size_t at) const {
    std::string all;
    for (const auto& piece : frames.at(at)->pieces) all += piece;
    return all;
  }

  std::vector<journal::FramePointer> frames;
  bool wants = true;
};

struct Shards {
  Shards() {
    for (std::uint64_t i = 0; i < 2; ++i) {
      owned.push_back(std::make_unique<Keyspace>(
          storage::KeyspaceOptions{.databases = 2, .hash_seed = 5, .random_seed = i}));
      keys.push_back(owned.back().get());
    }
    journal.attach(reader);
    journal.begin(keys, 1);
  }
  void set(std::size_t shard, std::string_view key, std::int64_t value) {
    keys[shard]->set(keys[shard]->key(key, 0), value);
    journal.note(*keys[shard]);
  }

  std::vector<std::unique_ptr<Keyspace>> owned;
  std::vector<Keyspace*> keys;
  Reader reader;
  journal::Journal journal{2};
};

std::size_t position(const std::string& text, std::string_view part) {
  const auto at = text.find(part);
  REQUIRE_MESSAGE(at != std::string::npos, part << " is not told");
  return at;
}

}  // namespace

TEST_CASE("a small interval is one frame as soon as it is cut") {
  Shards shards;
  CHECK_FALSE(shards.journal.dirty());
  CHECK(shards.journal.told_until() == 0);
  shards.set(0, "a", 1);
  shards.set(1, "b", 2);
  shards.set(0, "a", 3);
  CHECK(shards.journal.dirty());
  CHECK(shards.journal.told_until() == 1);
  bool delivered = false;
  shards.journal.cut(shards.keys, 77, [&] { delivered = true; });
  CHECK(delivered);
  CHECK_FALSE(shards.journal.cut_running());
  CHECK_FALSE(shards.journal.dirty());
  CHECK(shards.journal.told_until() == 1);
  REQUIRE(shards.reader.frames.size() == 1);
  CHECK(shards.reader.frames[0]->epoch == 1);
  CHECK(shards.reader.frames[0]->time == 77);
  CHECK(shards.reader.frames[0]->commands == 2);
  const auto text = shards.reader.text(0);
  position(text, "SET\r\n$1\r\na\r\n$1\r\n3\r\n");
  position(text, "SET\r\n$1\r\nb\r\n$1\r\n2\r\n");
  CHECK(text.find("a\r\n$1\r\n1") == std::string::npos);
}

TEST_CASE("a large interval is handed over in slices, as it was at the cut") {
  Shards shards;
  constexpr int kKeys = 2'000;
  for (int i = 0; i < kKeys; ++i) shards.set(i % 2, "key:" + std::to_string(i), 1);
  shards.journal.cut(shards.keys, 0, nullptr);
  CHECK(shards.journal.cut_running());
  CHECK_FALSE(shards.journal.ready());
  for (int i = 0; i < kKeys; ++i) shards.set(i % 2, "key:" + std::to_string(i), 2);
  while (!shards.journal.slice(0, *shards.keys[0], 100)) continue;
  CHECK_FALSE(shards.journal.part_open(0));
  CHECK(shards.reader.frames.empty());
  while (!shards.journal.slice(1, *shards.keys[1], 100)) continue;
  REQUIRE(shards.reader.frames.size() == 1);
  CHECK(shards.reader.frames[0]->commands == kKeys);
  CHECK(shards.reader.text(0).find("$1\r\n2\r\n") == std::string::npos);
  CHECK(shards.journal.ready());
  shards.journal.cut(shards.keys, 0, nullptr);
  for (std::size_t i = 0; i < 2; ++i) {
    while (!shards.journal.slice(i, *shards.keys[i], 100)) continue;
  }
  CHECK(shards.reader.frames.at(1)->commands == kKeys);
  CHECK(shards.reader.text(1).find("$1\r\n1\r\n*") == std::string::npos);
}

TEST_CASE("a change to a whole database is told once, between what was told before and after") {
  Shards shards;
  shards.set(0, "a", 1);
  shards.set(1, "b", 1);
  shards.keys[0]->erase(shards.keys[0]->key("a", 0));
  for (auto* keys : shards.keys) keys->clear(0);
  shards.set(1, "c", 1);
  for (auto* keys : shards.keys) keys->swap_databases(0, 1);
  shards.set(1, "d", 1);
  shards.keys[1]->erase(shards.keys[1]->key("d", 0));
  shards.journal.cut(shards.keys, 0, nullptr);
  const auto text = shards.reader.text(0);
  const auto erased = position(text, "DEL\r\n$1\r\na");
  const auto cleared = position(text, "FLUSHDB");
  const auto swapped = position(text, "SWAPDB");
  const auto again = position(text, "DEL\r\n$1\r\nd");
  const auto entry = position(text, "SELECT\r\n$1\r\n1\r\n*3\r\n$3\r\nSET\r\n$1\r\nc");
  CHECK(erased < cleared);
  CHECK(cleared < swapped);
  CHECK(swapped < again);
  CHECK(again < entry);
  CHECK(text.find("FLUSHDB", cleared + 1) == std::string::npos);
  CHECK(text.find("SWAPDB", swapped + 1) == std::string::npos);
  CHECK(text.find("SET\r\n$1\r\nb") == std::string::npos);
}

TEST_CASE("a reader that is not ready holds up cuts, and nothing else") {
  Shards shards;
  shards.set(0, "a", 1);
  CHECK(shards.journal.ready());
  shards.reader.wants = false;
  CHECK_FALSE(shards.journal.ready());
  for (int i = 0; i < 1'000; ++i) shards.set(0, "a", i);
  CHECK(shards.keys[0]->log_backlog() == 1);
  CHECK_FALSE(shards.journal.crowded(0, *shards.keys[0]));
  CHECK(shards.journal.kept_bytes() == sizeof(std::uint64_t));
  for (int i = 0; i < 100; ++i) {
    shards.set(0, "b", 1);
    shards.keys[0]->erase(shards.keys[0]->key("b", 0));
  }
  CHECK_FALSE(shards.journal.crowded(0, *shards.keys[0]));
  CHECK(shards.journal.kept_bytes() > 100 * 10);
}

TEST_CASE("a journal that has ended collects nothing and may begin again") {
  Shards shards;
  shards.set(0, "a", 1);
  shards.journal.end(shards.keys);
  shards.set(0, "b", 1);
  CHECK_FALSE(shards.keys[0]->logging());
  shards.journal.begin(shards.keys, 9);
  shards.set(0, "c", 1);
  shards.journal.cut(shards.keys, 0, nullptr);
  REQUIRE(shards.reader.frames.size() == 1);
  CHECK(shards.reader.frames[0]->epoch == 9);
  CHECK(shards.reader.frames[0]->commands == 1);
}
