#include "storage/log/base_writer.h"

#include <variant>

#include "storage/base/assert.h"
#include "storage/log/command_text.h"
#include "storage/log/crc32c.h"
#include "storage/log/frame_format.h"
#include "storage/rdb/entry_reader.h"

namespace countd::storage::log {
namespace {

ValueView view_of(const NewValue& value) {
  if (const auto* const integer = std::get_if<std::int64_t>(&value)) return ValueView{*integer};
  if (const auto* const text = std::get_if<std::string_view>(&value)) return ValueView{*text};
  return ValueView{std::get<std::unique_ptr<Object>>(value).get()};
}

void append_entries(std::string& out, const rdb::Block& block) {
  rdb::EntryReader reader{block.bytes(), 0, {.databases = block.db + 1}};
  rdb::Entry entry;
  rdb::MadeTexts made;
  auto step = reader.next(entry, made);
  for (; step == rdb::EntryReader::Step::kEntry; step = reader.next(entry, made)) {
    append_state(out, entry.key, view_of(entry.value), entry.expiry);
    made.clear();
  }
  ASSERT(step == rdb::EntryReader::Step::kEnd);
}

}  // namespace

std::string BaseWriter::head(Millis time) {
  time_ = time;
  size_ = kHeadLine.size();
  return std::string{kHeadLine};
}

std::string BaseWriter::frame(const rdb::Block& block) {
  std::string text;
  text.reserve(4 * block.size);
  if (frames_ == 0) append_time_line(text, time_);
  text.append(kMulti);
  append_command(text, {"SELECT", std::to_string(block.db)});
  append_entries(text, block);
  text.append(kExec);
  append_frame_end(text, crc32c(0, text), text.size(), ++frames_);
  size_ += text.size();
  return text;
}

std::string BaseWriter::tail() {
  std::string line = end_line(frames_);
  size_ += line.size();
  return line;
}

}  // namespace countd::storage::log
