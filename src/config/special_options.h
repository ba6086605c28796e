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

/// latency-tracking-info-percentiles 50 99 99.9: each from 0 to 100.
struct PercentilesOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
  static std::vector<std::string> lines(const Options& options);
};

/// dir: an existing directory; kept as an absolute path.
struct DirOption {
  static Complaint read(Words words, bool again, Options& options);
  static std::string show(const Options& options);
};

/// "<option> can't be a path, just a <kind>" unless it is a name without a path.
Complaint check_file_name(const std::string& name, std::string_view option, std::string_view kind);

/// A name without a path, of a file or a directory within dir.
template <std::string Options::* kMember>
struct FileNameOption {
  static Complaint read(Words words, bool, Options& options) {
    if (auto complaint = check_file_name(words[0], kName, kKind)) return complaint;
    options.*kMember = words[0];
    return std::nullopt;
  }
  static std::string show(const Options& options) { return options.*kMember; }

  static constexpr std::string_view kName = kMember == &Options::dbfilename       ? "dbfilename"
                                            : kMember == &Options::appendfilename ? "appendfilename"
                                                                                  : "appenddirname";
  static constexpr std::string_view kKind =
      kMember == &Options::appenddirname ? "dirname" : "filename";
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
