#include "storage/log/manifest.h"

#include <algorithm>

#include "storage/base/integer.h"
#include "storage/log/crc32c.h"
#include "storage/log/frame_format.h"

namespace countd::storage::log {
namespace {

constexpr std::string_view kCommandBaseEnd = ".base.resp";

/// Redis reads no longer line, its end included.
constexpr std::size_t kMaxLineBytes = 1024;
constexpr std::size_t kMaxNameBytes = 255;

struct Escape {
  char letter;
  char byte;
};
constexpr Escape kEscapes[] = {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'a', '\a'}, {'b', '\b'}};

bool is_printable(char byte) { return byte >= ' ' && byte <= '~'; }
bool is_blank(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\0'; }

bool needs_quotes(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char byte) {
    return byte == ' ' || byte == '"' || byte == '\\' || !is_printable(byte);
  });
}

void append_escaped(std::string& out, char byte) {
  for (const Escape& escape : kEscapes) {
    if (escape.byte == byte) {
      out += {'\\', escape.letter};
      return;
    }
  }
  if (byte == '"' || byte == '\\') {
    out += {'\\', byte};
  } else if (is_printable(byte)) {
    out += byte;
  } else {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(byte);
    out += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
  }
}

void append_name(std::string& out, std::string_view name) {
  if (!needs_quotes(name)) {
    out.append(name);
    return;
  }
  out += '"';
  for (const char byte : name) append_escaped(out, byte);
  out += '"';
}

void append_file(std::string& out, const LogFile& file, char type) {
  out.append("file ");
  append_name(out, file.name);
  out.append(" seq ").append(std::to_string(file.sequence)).append(" type ");
  out += type;
  out += '\n';
}

/// The words of one line; what is wrong with it is in `problem`.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  bool next(std::string& word) {
    word.clear();
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return quoted(word);
    while (!rest_.empty() && !is_blank(rest_.front())) {
      if (rest_.front() == '"' || rest_.front() == '\'') return fail("a quote within a word");
      word += take();
    }
    return true;
  }

  [[nodiscard]] const char* problem() const { return problem_; }

 private:
  char take() {
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }

  bool fail(const char* what) {
    problem_ = what;
    return false;
  }

  bool quoted(std::string& word) {
    take();
    while (!rest_.empty() && rest_.front() != '"') {
      const char byte = take();
      if (byte != '\\') {
        word += byte;
      } else if (!escape(word)) {
        return fail("an escape that ends too early");
      }
    }
    if (rest_.empty()) return fail("a quote that does not close");
    take();
    if (!rest_.empty() && !is_blank(rest_.front())) return fail("a word right behind a quote");
    return true;
  }

  bool escape(std::string& word) {
    if (rest_.empty()) return false;
    const char letter = take();
    for (const Escape& escape : kEscapes) {
      if (escape.letter == letter) {
        word += escape.byte;
        return true;
      }
    }
    if (letter != 'x' || rest_.size() < 2 || !is_hex(rest_[0]) || !is_hex(rest_[1])) {
      word += letter;
      return true;
    }
    const int high = hex(take());
    word += static_cast<char>(high * 16 + hex(take()));
    return true;
  }

  static bool is_hex(char digit) { return hex(digit) >= 0; }
  static int hex(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    const char lower = static_cast<char>(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  std::string_view rest_;
  const char* problem_ = nullptr;
};

/// One line that names a file.
struct FileLine {
  LogFile file;
  char type = 0;
};

/// What is wrong with the value of `key`, or nothing. Keys that are not known say nothing.
const char* set(FileLine& line, std::string_view key, const std::string& value) {
  if (key == "file") {
    if (value.empty() || value.size() > kMaxNameBytes) return "a name that no file can have";
    if (value.find('/') != std::string::npos) return "a path where a name is due";
    if (value == "." || value == ".." || value.find('\0') != std::string::npos) {
      return "a name that no file can have";
    }
    line.file.name = value;
  } else if (key == "seq") {
    const auto sequence = parse_integer(value);
    if (!sequence || *sequence <= 0) return "a sequence that is not a positive number";
    line.file.sequence = static_cast<std::uint64_t>(*sequence);
  } else if (key == "type") {
    if (value != "b" && value != "h" && value != "i") return "an unknown type of file";
    line.type = value[0];
  }
  return nullptr;
}

const char* parse_file(std::string_view text, FileLine& line) {
  Words words{text};
  std::string key;
  std::string value;
  while (words.next(key)) {
    if (!words.next(value))
      return words.problem() != nullptr ? words.problem() : "a key without a value";
    if (const char* wrong = set(line, key, value)) return wrong;
  }
  if (words.problem() != nullptr) return words.problem();
  const bool whole = !line.file.name.empty() && line.file.sequence > 0 && line.type != 0;
  return whole ? nullptr : "not file, seq and type";
}

const char* add(Manifest& manifest, FileLine line) {
  if (line.type == 'h') {
    manifest.history.push_back(std::move(line.file));
  } else if (line.type == 'b') {
    if (manifest.base) return "a second base";
    manifest.base = std::move(line.file);
  } else {
    if (line.file.sequence <= manifest.last_increment_sequence()) {
      return "a sequence that does not ascend";
    }
    manifest.increments.push_back(std::move(line.file));
  }
  return nullptr;
}

}  // namespace

std::string Manifest::text() const {
  std::string out;
  if (base) append_file(out, *base, 'b');
  for (const LogFile& file : history) append_file(out, file, 'h');
  for (const LogFile& file : increments) append_file(out, file, 'i');
  return out + checksum_line(crc32c(0, out)) + '\n';
}

std::uint64_t Manifest::last_base_sequence() const { return base ? base->sequence : 0; }

std::uint64_t Manifest::last_increment_sequence() const {
  return increments.empty() ? 0 : increments.back().sequence;
}

std::string base_name(std::string_view log_name, std::uint64_t sequence, BaseForm form) {
  const std::string_view end = form == BaseForm::kCommands ? kCommandBaseEnd : ".base.rdb";
  return std::string{log_name} + '.' + std::to_string(sequence) + std::string{end};
}

bool is_command_base(std::string_view name) { return name.ends_with(kCommandBaseEnd); }

std::string increment_name(std::string_view log_name, std::uint64_t sequence) {
  return std::string{log_name} + '.' + std::to_string(sequence) + ".incr.aof";
}

std::string manifest_name(std::string_view log_name) { return std::string{log_name} + ".manifest"; }

boost::system::result<Manifest, ManifestProblem> parse_manifest(std::string_view text) {
  Manifest manifest;
  std::uint64_t number = 0;
  const auto refuse = [&](std::string_view why) {
    return ManifestProblem{"line " + std::to_string(number) + ": " + std::string{why}};
  };
  if (text.empty()) return ManifestProblem{"the manifest is empty"};
  for (std::size_t at = 0; at < text.size();) {
    ++number;
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return refuse("does not end");
    if (end - at >= kMaxLineBytes) return refuse("too long");
    const std::string_view line = text.substr(at, end - at);
    const std::string_view before = text.substr(0, at);
    at = end + 1;
    if (line.starts_with(kChecksumPrefix)) {
      const auto checksum = parse_checksum(line.substr(kChecksumPrefix.size()));
      if (checksum != crc32c(0, before)) return refuse("the checksum does not hold");
      if (at != text.size()) return refuse("bytes behind the checksum");
      continue;
    }
    if (line.starts_with('#')) continue;
    FileLine file;
    const char* wrong = parse_file(line, file);
    if (wrong == nullptr) wrong = add(manifest, std::move(file));
    if (wrong != nullptr) return refuse(wrong);
  }
  if (!manifest.base && manifest.increments.empty()) {
    return ManifestProblem{"the manifest names no file"};
  }
  return manifest;
}

}  // namespace countd::storage::log
