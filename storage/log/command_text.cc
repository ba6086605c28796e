#include "storage/log/command_text.h"

#include <array>
#include <charconv>
#include <cstring>

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

// A command with words so short that it is put together on the stack and goes out in one piece:
// this is the way of nearly all entries, and most of what they cost.
class ShortCommand {
 public:
  static constexpr std::size_t kMaxWord = 99;  // two digits of length

  explicit ShortCommand(std::string_view head) { put(head); }
  /// REQUIRES: word.size() <= kMaxWord; at most four words.
  void add(std::string_view word) {
    *end_++ = '$';
    if (word.size() > 9) *end_++ = static_cast<char>('0' + word.size() / 10);
    *end_++ = static_cast<char>('0' + word.size() % 10);
    put("\r\n");
    put(word);
    put("\r\n");
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), end_}; }

 private:
  void put(std::string_view bytes) {
    std::memcpy(end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }

  std::array<char, 16 + 4 * (kMaxWord + 7)> text_;
  char* end_ = text_.data();
};

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
  const std::string_view text = value.text(number);
  if (key.size() > ShortCommand::kMaxWord || text.size() > ShortCommand::kMaxWord) {
    if (expires) return append_command(out, {"SET", key, text, "PXAT", when});
    return append_command(out, {"SET", key, text});
  }
  ShortCommand command{expires ? "*5\r\n$3\r\nSET\r\n" : "*3\r\n$3\r\nSET\r\n"};
  command.add(key);
  command.add(text);
  if (expires) {
    command.add("PXAT");
    command.add(when);
  }
  out.append(command.text());
}

}  // namespace countd::storage::log
