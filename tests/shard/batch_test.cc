#include "shard/batch.h"

#include <doctest/doctest.h>

#include <limits>

#include "shard/fold_table.h"

using countd::shard::Batch;
using countd::shard::FoldTable;
using countd::shard::Item;
using countd::shard::kNone;
using countd::shard::kOwnArena;
using countd::shard::Wave;
using Kind = countd::commands::ReplySlot::Kind;

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

Item increment(Wave& wave, std::int64_t delta) {
  const auto slot = static_cast<std::uint32_t>(wave.slots.size());
  wave.add_slot();
  Item item;
  item.wave = &wave;
  item.hash = 1;
  item.slot = slot;
  item.is_increment = true;
  item.delta = delta;
  return item;
}

// Adds an increment that joins the batch's first item.
bool join(Batch& batch, Wave& wave, std::int64_t delta) {
  const auto slot = static_cast<std::uint32_t>(wave.slots.size());
  wave.add_slot();
  return batch.join(batch.items[0], wave, slot, delta);
}

}  // namespace

TEST_CASE("a single increment is no group; the second one makes it one") {
  Batch batch;
  Wave wave;
  CHECK(batch.empty());
  batch.items.push_back(increment(wave, 5));
  CHECK(batch.items[0].group == kNone);
  CHECK(join(batch, wave, -7));
  REQUIRE(batch.items[0].group == 0);
  CHECK(batch.groups[0].count == 2);
  CHECK(batch.members.size() == 2);
}

TEST_CASE("a group knows its sum and its least and greatest prefix") {
  Batch batch;
  Wave wave;
  batch.items.push_back(increment(wave, -3));
  for (const std::int64_t delta : {10, -20, 4}) CHECK(join(batch, wave, delta));
  const auto& group = batch.groups[0];
  CHECK(group.sum == -9);
  CHECK(group.min_prefix == -13);
  CHECK(group.max_prefix == 7);

  Batch rising;
  Wave other;
  rising.items.push_back(increment(other, 3));
  CHECK(join(rising, other, 2));
  CHECK(rising.groups[0].min_prefix == 3);  // zero is no prefix: nothing has been added yet
  CHECK(rising.groups[0].max_prefix == 5);
}

TEST_CASE("a member that would take the sum out of the range does not join") {
  Batch batch;
  Wave wave;
  batch.items.push_back(increment(wave, kMax));
  CHECK_FALSE(join(batch, wave, 1));
  CHECK(batch.items[0].group == kNone);
  CHECK(join(batch, wave, -1));
  CHECK(join(batch, wave, 1));
  CHECK_FALSE(join(batch, wave, 1));
  CHECK(batch.groups[0].count == 3);
}

TEST_CASE("members of several waves get the base and their own prefix") {
  Batch batch;
  Wave first;
  Wave second;
  batch.items.push_back(increment(first, 1));
  CHECK(join(batch, second, 10));
  CHECK(join(batch, first, 100));
  batch.groups[0].base = 1000;
  batch.resolve_folds();
  CHECK(first.slots[0].number == 1001);
  CHECK(second.slots[0].number == 1011);
  CHECK(first.slots[1].number == 1111);
  CHECK(second.slots[0].kind == Kind::kInteger);
}

TEST_CASE("what the shard has answered member by member is left as it is") {
  Batch batch;
  Wave wave;
  batch.items.push_back(increment(wave, 1));
  CHECK(join(batch, wave, 1));
  batch.groups[0].walked = true;
  wave.slots[0].kind = Kind::kError;
  wave.slots[1].kind = Kind::kError;
  batch.resolve_folds();
  CHECK(wave.slots[0].kind == Kind::kError);
  CHECK(wave.slots[1].kind == Kind::kError);
  batch.forget_requests();
  CHECK(batch.empty());
  CHECK(batch.groups.empty());
  CHECK(batch.members.empty());
}

TEST_CASE("a wave takes bytes over from an arena, once, and leaves other slots alone") {
  Wave wave;
  countd::protocol::ByteBuffer arena;
  arena.append("before$1\r\nx\r\nafter");
  auto& slot = wave.add_slot();
  slot.kind = Kind::kBytes;
  slot.arena = 3;
  slot.number = 6;
  slot.set_byte_count(7);
  wave.bytes.append("own");
  wave.adopt(slot, arena);
  CHECK(slot.arena == kOwnArena);
  arena.clear();
  wave.adopt(slot, arena);
  CHECK(wave.bytes.view() == "own$1\r\nx\r\n");
  CHECK(slot.number == 3);
  auto& number = wave.add_slot();
  number.kind = Kind::kInteger;
  number.number = 7;
  wave.adopt(number, arena);
  CHECK(number.number == 7);
  wave.reset();
  CHECK(wave.slots.empty());
}

TEST_CASE("a fold is open until its key is closed, all are, or another key takes its place") {
  FoldTable table;
  CHECK(table.find(42) == nullptr);
  table.open(42, 1, 7);
  REQUIRE(table.find(42) != nullptr);
  CHECK(table.find(42)->item == 7);
  CHECK(table.find(42)->shard == 1);
  table.close(43);
  table.close(42 + 1024);  // the same place, another key
  CHECK(table.find(42) != nullptr);
  table.close(42);
  CHECK(table.find(42) == nullptr);

  table.open(42, 0, 1);
  table.open(42 + 1024, 0, 2);
  CHECK(table.find(42) == nullptr);
  CHECK(table.find(42 + 1024)->item == 2);
  table.close_all();
  CHECK(table.find(42 + 1024) == nullptr);
  table.open(42, 0, 3);
  CHECK(table.find(42)->item == 3);
}
