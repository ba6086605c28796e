// Options with a grammar of their own: lists, paths that are checked, limits by client class.
// Each is read, shown by CONFIG GET, and written as lines of a configuration file.
#pragma once

#include "config/option_table.h"

namespace countd::config {

/// save 3600 1 300 100: pairs of seconds and changes; further lines add to the first. Shown so too.
struct SaveOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
  static std::vector<std::string> lines(const Options& options);
};

/// bind 127.0.0.1 -::1: up to 16 addresses.
struct BindOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
  static std::vector<std::string> lines(const Options& options);
};

/// client-output-buffer-limit pubsub 32mb 8mb 60: each line sets the classes it names.
struct OutputLimitOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
  static std::vector<std::string> lines(const Options& options);
};

/// dir: an existing directory; kept as an absolute path.
struct DirOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
};

/// dbfilename: a name without a path.
struct FileNameOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
};

/// appendonly: only "no".
struct AppendOnlyOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
};

/// An option of many words, written as several lines or one.
template <class Option>
constexpr Special special_list() {
  return {&Option::read, &Option::show, &Option::lines};
}
/// An option of one word.
template <class Option>
constexpr Special special_word() {
  return {&Option::read, &Option::show, nullptr};
}

/// Makes options.dir absolute; a complaint if there is no such directory.
Complaint resolve_directory(Options& options);

}  // namespace countd::config
