#include "journal/collector.h"

#include <utility>

#include "storage/base/integer.h"
#include "storage/log/command_text.h"

namespace countd::journal {

using storage::Effect;
using storage::IntegerText;
using storage::Key;
using storage::log::append_command;

void Telling::select(int db) {
  if (db == db_) return;
  IntegerText number;
  append_command(text_, {"SELECT", storage::format_integer(db, number)});
  db_ = db;
}

void Telling::move_into(storage::log::Frame& frame) {
  frame.commands += commands_;
  if (!text_.empty()) frame.pieces.push_back(std::move(text_));
}

void Collector::on_effect(Effect effect, const Key& key) {
  switch (effect) {
    case Effect::kErased:
    case Effect::kExpired:
    case Effect::kEvicted: {
      Telling& section = open_section(key.db);
      const std::size_t before = section.text().size();
      append_command(section.text(), {"DEL", key.bytes});
      told_bytes_ += section.text().size() - before;
      break;
    }
    case Effect::kCleared: {
      Telling change;
      change.select(key.db);
      append_command(change.text(), {"FLUSHDB"});
      change_database(std::move(change.text()));
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
  append_command(text, {"SWAPDB", storage::format_integer(a, first),
                        storage::format_integer(b, second)});
  change_database(std::move(text));
}

void Collector::on_told(const Key& key, std::span<const std::string_view> request) {
  Telling& section = open_section(key.db);
  const std::size_t before = section.text().size();
  append_command(section.text(), request);
  told_bytes_ += section.text().size() - before;
}

Telling& Collector::open_section(int db) {
  Telling& section = told_.sections.back();
  section.select(db);
  section.count();
  return section;
}

void Collector::change_database(std::string text) {
  told_.changes.push_back(std::move(text));
  told_.sections.emplace_back();
}

void Collector::emit(int db, std::string_view key, const storage::ValueView& value,
                     storage::Millis expiry) {
  entries_.select(db);
  entries_.count();
  storage::log::append_state(entries_.text(), key, value, expiry);
}

void Collector::seal() {
  sealed_ = std::exchange(told_, {});
  told_bytes_ = 0;
}

Told Collector::take_told() { return std::exchange(sealed_, {}); }

Telling Collector::take_entries() { return std::exchange(entries_, {}); }

}  // namespace countd::journal
