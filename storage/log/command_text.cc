#include "storage/log/command_text.h"

#include <charconv>

#include "storage/rdb/dump.h"

namespace countd::storage::log {
namespace {

void append_head(std::string& out, char kind, std::uint64_t number) {
  char text[24];
  text[0] = kind;
  char* end = std::to_chars(text + 1, text + 22, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(text, end);
}

void append_word(std::string& out, std::string_view word) {
  append_head(out, '$', word.size());
  out.append(word);
  out.append("\r\n", 2);
}

}  // namespace

void append_command(std::string& out, std::span<const std::string_view> words) {
  append_head(out, '*', words.size());
  for (const auto word : words) append_word(out, word);
}

void append_command(std::string& out, std::initializer_list<std::string_view> words) {
  append_command(out, std::span{words.begin(), words.size()});
}

void append_state(std::string& out, std::string_view key, const ValueView& value, Millis expiry) {
  IntegerText moment;
  const bool expires = expiry != kNoExpiry;
  const auto when = expires ? format_integer(expiry, moment) : std::string_view("0");
  if (value.type() != Type::kString) {
    const std::string payload = rdb::dump(value);
    return append_command(out, {"RESTORE", key, when, payload, "REPLACE", "ABSTTL"});
  }
  IntegerText number;
  // What every counter begins with, in one piece: this is the way of most entries.
  using namespace std::string_view_literals;
  out.append(expires ? "*5\r\n$3\r\nSET\r\n"sv : "*3\r\n$3\r\nSET\r\n"sv);
  append_word(out, key);
  append_word(out, value.text(number));
  if (!expires) return;
  out.append("$4\r\nPXAT\r\n"sv);
  append_word(out, when);
}

}  // namespace countd::storage::log
