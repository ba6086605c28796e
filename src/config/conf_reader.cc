// One pass; an include is read where it stands.
#include "config/conf_reader.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>

#include "config/glob.h"
#include "config/option_value.h"
#include "config/value_text.h"
#include "protocol/inline_request.h"

namespace countd::config {

namespace {

constexpr std::size_t kMaxFileBytes = 8 << 20;
constexpr int kMaxIncludeDepth = 16;

/// Lines that are no options in Redis either; to skip them would open what they close.
const char* refusal(std::string_view name) {
  if (name == "user") return "countd has no users in its configuration: set requirepass";
  if (name == "rename-command") return "countd does not rename commands";
  if (name == "loadmodule") return "countd loads no modules: its sketches are built in";
  return nullptr;
}

}  // namespace

Files::Content DiskFiles::read(const std::string& path) {
  const bool standard_input = path == "-";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      standard_input ? stdin : std::fopen(path.c_str(), "re"),
      standard_input ? [](std::FILE*) { return 0; } : &std::fclose);
  if (file == nullptr) return {{}, std::strerror(errno)};
  Content content;
  char piece[16384];
  std::size_t size = 0;
  while ((size = std::fread(piece, 1, sizeof piece, file.get())) > 0) {
    content.text.append(piece, size);
    if (content.text.size() > kMaxFileBytes) return {{}, "the file is larger than 8 MiB"};
  }
  if (std::ferror(file.get()) != 0) content.error = std::strerror(errno);
  return content;
}

std::vector<std::string> DiskFiles::match(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

std::optional<std::vector<std::string>> split_conf_line(std::string_view line) {
  std::vector<std::string> words;
  if (line.empty() || line[0] == '#') return words;
  std::vector<std::string_view> views;
  std::deque<std::string> unquoted;
  if (!protocol::split_words(line, views, unquoted)) return std::nullopt;
  words.assign(views.begin(), views.end());
  if (!words.empty()) words[0] = lower_case(words[0]);
  return words;
}

std::optional<std::string> ConfReader::read_file(const std::string& path) {
  const auto content = files_.read(path);
  if (!content.error.empty()) {
    return "Fatal error, can't open config file '" + path + "': " + content.error;
  }
  return read_lines(content.text,
                    path == "-" ? "standard input" : "the configuration file '" + path + "'");
}

std::optional<std::string> ConfReader::read_text(std::string_view text, const std::string& origin) {
  return read_lines(text, origin);
}

std::optional<std::string> ConfReader::read_lines(std::string_view text,
                                                  const std::string& origin) {
  std::optional<std::string> message;
  int number = 0;
  for_each_line(text, [&](std::string_view, std::string_view line) {
    ++number;
    const auto complaint = read_line(line);
    if (!complaint) return true;
    message = !fatal_.empty()
                  ? fatal_
                  : "\n*** FATAL CONFIG FILE ERROR (countd) ***\nReading " + origin + ", at line " +
                        std::to_string(number) + "\n>>> '" + std::string(line) + "'\n" + *complaint;
    return false;
  });
  return message;
}

Complaint ConfReader::read_line(std::string_view line) {
  const auto words = split_conf_line(line);
  if (!words) return "Unbalanced quotes in configuration line";
  if (words->empty()) return std::nullopt;
  const auto& name = words->front();
  if (name == "include") return include(*words);
  if (const char* const reason = refusal(name)) return reason;
  const Row* const row = find_option(name);
  if (row == nullptr) return "Bad directive or wrong number of arguments";

  const bool again = std::find(seen_.begin(), seen_.end(), row) != seen_.end();
  auto complaint = read_value(*row, Words(*words).subspan(1), again, options_);
  if (!complaint && !again) seen_.push_back(row);
  return complaint;
}

std::vector<std::string_view> ConfReader::ignored() const {
  std::vector<std::string_view> names;
  for (const auto& row : option_table()) {
    const auto* const inert = std::get_if<Inert>(&row.field);
    if (inert != nullptr && show_value(row, options_) != inert->default_text) {
      names.push_back(row.name);
    }
  }
  return names;
}

Complaint ConfReader::include(const std::vector<std::string>& words) {
  if (words.size() != 2) return "wrong number of arguments";
  if (depth_ == kMaxIncludeDepth) return "include goes too deep: does a file include itself?";
  const auto paths =
      has_wildcard(words[1]) ? files_.match(words[1]) : std::vector<std::string>{words[1]};
  ++depth_;
  for (const auto& path : paths) {
    if (auto message = read_file(path)) {
      fatal_ = std::move(*message);
      return fatal_;
    }
  }
  --depth_;
  return std::nullopt;
}

}  // namespace countd::config
