// Reads configuration text in the syntax of redis.conf:
//
//   # a comment                  lines are trimmed; empty ones and comments are skipped
//   maxmemory 100mb              a name, in either case, and its words
//   requirepass "a \"b\" \x00"   words may be quoted as in inline requests
//   include /etc/countd/*.conf   other files in place, in order of their names
//
// Later lines win; lines of `save` add up within one reading. The first mistake ends it:
//
//   *** FATAL CONFIG FILE ERROR (countd) ***
//   Reading the configuration file '/etc/countd.conf', at line 2
//   >>> 'maxmemory lots'
//   argument must be a memory value
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/option_table.h"

namespace countd::config {

/// How the reader reaches files: the disk, or a test's own.
class Files {
 public:
  virtual ~Files() = default;
  struct Content {
    std::string text;
    std::string error;  // not empty: the file could not be read, and why
  };
  virtual Content read(const std::string& path) = 0;
  /// Paths that match a pattern, sorted; none if no path does.
  virtual std::vector<std::string> match(const std::string& pattern) = 0;
};

/// The real ones; "-" is standard input. Files above 8 MiB are refused.
class DiskFiles : public Files {
 public:
  Content read(const std::string& path) override;
  std::vector<std::string> match(const std::string& pattern) override;
};

class ConfReader {
 public:
  ConfReader(Files& files, Options& options) : files_(files), options_(options) {}

  /// Applies a file, and text that did not come from one (`origin`: "the command line"). The
  /// result is the message to die with, or nothing.
  std::optional<std::string> read_file(const std::string& path);
  std::optional<std::string> read_text(std::string_view text, const std::string& origin);

  /// Options without effect here that are set to another value than their default, as the table
  /// orders them.
  [[nodiscard]] std::vector<std::string_view> ignored() const;

 private:
  Complaint read_line(std::string_view line);
  Complaint include(const std::vector<std::string>& words);
  std::optional<std::string> read_lines(std::string_view text, const std::string& origin);

  Files& files_;
  Options& options_;
  std::vector<const Row*> seen_;
  std::string fatal_;  // the whole message of an included file's mistake
  int depth_ = 0;
};

/// Splits a trimmed line into words; nothing if its quotes are unbalanced. Empty for a comment.
std::optional<std::vector<std::string>> split_conf_line(std::string_view line);

/// Calls `visit(line, trimmed)` for each line, without its line end; stops if that answers false.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    auto trimmed = line;
    constexpr std::string_view kBlanks = " \t\r";
    const auto first = trimmed.find_first_not_of(kBlanks);
    trimmed.remove_prefix(first == std::string_view::npos ? trimmed.size() : first);
    while (!trimmed.empty() && kBlanks.find(trimmed.back()) != std::string_view::npos) {
      trimmed.remove_suffix(1);
    }
    if (!visit(line, trimmed) || end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace countd::config
