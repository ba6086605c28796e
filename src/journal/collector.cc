#include "journal/collector.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "storage/base/integer.h"
#include "storage/log/command_text.h"

namespace countd::journal {

using storage::Effect;
using storage::IntegerText;
using storage::Key;
using storage::log::append_command;

namespace {

constexpr std::string_view kCount = "CMS.INCRBY";
// Of one command that tells sums.
constexpr std::size_t kMostWords = 256;
// About what an item's sum takes until it is told.
constexpr std::uint64_t kSumBytes = 32;

bool same_letter(char a, char b) {
  return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
}

}  // namespace

void Telling::select(int db) {
  if (db == db_) return;
  IntegerText number;
  append_command(last_, {"SELECT", storage::format_integer(db, number)});
  db_ = db;
}

void Telling::begin_piece() {
  full_.push_back(std::move(last_));
  last_ = {};
  // With room for a command that passes the end, if it is a short one.
  last_.reserve(kPieceBytes + 1024);
}

void Telling::move_into(storage::log::Frame& frame) {
  frame.commands += commands_;
  for (std::string& piece : full_) frame.pieces.push_back(std::move(piece));
  if (!last_.empty()) frame.pieces.push_back(std::move(last_));
}

void Collector::on_effect(Effect effect, const Key& key) {
  switch (effect) {
    case Effect::kErased:
    case Effect::kExpired:
    case Effect::kEvicted: {
      tell_sums_of(key);
      const std::string_view words[] = {"DEL", key.bytes};
      tell(key.db, words);
      break;
    }
    case Effect::kCleared: {
      IntegerText number;
      std::string text;
      append_command(text, {"SELECT", storage::format_integer(key.db, number)});
      append_command(text, {"FLUSHDB"});
      change_database(std::move(text));
      break;
    }
    case Effect::kWritten:
    case Effect::kExpiry:
    case Effect::kSwapped:
      break;
  }
}

void Collector::on_swap(int a, int b) {
  IntegerText first;
  IntegerText second;
  std::string text;
  append_command(text,
                 {"SWAPDB", storage::format_integer(a, first), storage::format_integer(b, second)});
  change_database(std::move(text));
}

void Collector::on_told(const Key& key, std::span<const std::string_view> request) {
  if (request[0].size() == kCount.size() && std::ranges::equal(request[0], kCount, same_letter)) {
    return add_sums(key, request.subspan(2));
  }
  tell(key.db, request);
}

void Collector::tell(int db, std::span<const std::string_view> words) {
  std::string& section = open_section(db);
  const std::size_t before = section.size();
  append_command(section, words);
  told_bytes_ += section.size() - before;
}

void Collector::add_sums(const Key& key, std::span<const std::string_view> pairs) {
  auto& items = sums_[key.db][std::string(key.bytes)];
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const std::int64_t count = storage::parse_integer(pairs[i + 1]).value_or(0);
    std::int64_t& sum = items[std::string(pairs[i])];
    // A sketch's counters end far below.
    if (__builtin_add_overflow(sum, count, &sum)) sum = std::numeric_limits<std::int64_t>::max();
    told_bytes_ += kSumBytes;
  }
}

void Collector::tell_sums(const Key& key, const Sums& sums) {
  std::vector<std::string_view> words;
  std::deque<IntegerText> numbers;
  const auto tell = [&] {
    if (words.empty()) return;
    append_command(open_section(key.db), words);
    words.clear();
    numbers.clear();
  };
  for (const auto& [item, sum] : sums) {
    if (words.empty()) words = {kCount, key.bytes};
    words.push_back(item);
    words.push_back(storage::format_integer(sum, numbers.emplace_back()));
    if (words.size() > kMostWords) tell();
  }
  tell();
}

void Collector::tell_sums_of(const Key& key) {
  if (sums_.empty()) return;
  const auto database = sums_.find(key.db);
  if (database == sums_.end()) return;
  const auto found = database->second.find(std::string(key.bytes));
  if (found == database->second.end()) return;
  tell_sums(key, found->second);
  database->second.erase(found);
}

void Collector::tell_all_sums() {
  for (const auto& [db, sketches] : sums_) {
    for (const auto& [bytes, sums] : sketches) tell_sums(Key{bytes, 0, db}, sums);
  }
  sums_.clear();
}

std::string& Collector::open_section(int db) {
  Telling& section = told_.sections.back();
  section.select(db);
  return section.next();
}

void Collector::change_database(std::string text) {
  tell_all_sums();
  told_.changes.push_back(std::move(text));
  told_.sections.emplace_back();
}

void Collector::emit(int db, std::string_view key, const storage::ValueView& value,
                     storage::Millis expiry) {
  entries_.select(db);
  storage::log::append_state(entries_.next(), key, value, expiry);
}

void Collector::seal() {
  tell_all_sums();
  sealed_ = std::exchange(told_, {});
  told_bytes_ = 0;
}

Told Collector::take_told() { return std::exchange(sealed_, {}); }

Telling Collector::take_entries() { return std::exchange(entries_, {}); }

}  // namespace countd::journal
