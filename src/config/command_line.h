// countd's arguments, as redis-server takes them:
//
//   countd [conf] [-] [--name value ...] ...      -: more configuration on standard input
//   countd --port 7000 --save 60 1000             a value may have several words
//   countd --save --port 7000                     --save without a value: ""
//   countd --version | --help | --test-config
//
// The word after a name is its value even if it begins with "--"; further words are, up to the
// next that does. The file is read first, then standard input, then the arguments.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/conf_reader.h"

namespace countd::config {

struct CommandLine {
  enum class Action : std::uint8_t { kServe, kVersion, kHelp, kTestConfig };
  Action action = Action::kServe;
  std::string conf_path;  // empty: none
  bool standard_input = false;
  std::string lines;  // the options given, as configuration text
  std::string error;  // not empty: the arguments make no sense, and why
};

/// `arguments` without the program's name.
CommandLine read_command_line(std::span<const std::string_view> arguments);

std::string_view usage_text();

struct Loaded {
  Options options;
  std::string conf_path;  // absolute; empty: none
  std::vector<std::string_view> ignored;
  std::string error;  // not empty: the message to die with
};

/// Reads all that a command line names. Options::dir comes back absolute.
Loaded load(const CommandLine& command_line, Files& files);

/// One warning that lists the options given that have no effect here; empty: there are none.
std::string ignored_warning(std::span<const std::string_view> names);

}  // namespace countd::config
