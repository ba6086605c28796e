// Options on the command line become lines of configuration text, so that one reader judges all.
#include "config/command_line.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "config/special_options.h"
#include "config/value_text.h"

namespace countd::config {

namespace {

bool is_name(std::string_view argument) { return argument.starts_with("--"); }

/// "--port" without its value yet, but not "--port 7000" in one argument.
bool is_bare_name(std::string_view argument) {
  return is_name(argument) && argument.find(' ') == std::string_view::npos;
}

/// Reads "--version" and its like; false: it is none of them.
bool read_action(std::string_view argument, CommandLine& result) {
  using Action = CommandLine::Action;
  if (argument == "--version" || argument == "-v") {
    result.action = Action::kVersion;
  } else if (argument == "--help" || argument == "-h") {
    result.action = Action::kHelp;
  } else if (argument == "--test-config") {
    result.action = Action::kTestConfig;
  } else {
    return false;
  }
  return true;
}

/// Appends the option at the front of `arguments` to `lines`; returns what is left.
std::span<const std::string_view> read_option(std::span<const std::string_view> arguments,
                                              std::string& lines) {
  const std::string_view name = arguments[0];
  arguments = arguments.subspan(1);
  lines += name.substr(2);
  if (is_bare_name(name)) {
    const bool valueless = arguments.empty() || is_name(arguments[0]);
    if (valueless && same_word(name, "--save")) {
      lines += " \"\"";
    } else if (!arguments.empty()) {
      lines += ' ' + write_text(arguments[0]);
      arguments = arguments.subspan(1);
    }
  }
  for (; !arguments.empty() && !is_name(arguments[0]); arguments = arguments.subspan(1)) {
    lines += ' ' + write_text(arguments[0]);
  }
  lines += '\n';
  return arguments;
}

}  // namespace

CommandLine read_command_line(std::span<const std::string_view> arguments) {
  CommandLine result;
  if (!arguments.empty() && !arguments[0].empty() && arguments[0][0] != '-') {
    result.conf_path = arguments[0];
    arguments = arguments.subspan(1);
  }
  while (!arguments.empty()) {
    if (arguments[0] == "-" && !result.standard_input) {
      result.standard_input = true;
      arguments = arguments.subspan(1);
    } else if (read_action(arguments[0], result)) {
      arguments = arguments.subspan(1);
    } else if (is_name(arguments[0]) && arguments[0].size() > 2) {
      arguments = read_option(arguments, result.lines);
    } else {
      result.error = "Unexpected argument '" + std::string(arguments[0]) + "'; see --help";
      return result;
    }
  }
  return result;
}

std::string_view usage_text() {
  return "Usage: countd [FILE] [-] [--OPTION VALUE ...] ...\n"
         "       countd --version | --help\n"
         "\n"
         "  FILE             configuration in the syntax of redis.conf\n"
         "  -                more configuration on standard input\n"
         "  --OPTION VALUE   any option of the configuration, later ones win\n"
         "  --test-config    reads the configuration, says whether it is well, and ends\n"
         "\n"
         "Examples:\n"
         "  countd\n"
         "  countd /etc/countd/countd.conf --port 7000\n"
         "  countd --maxmemory 1gb --save 60 1000\n";
}

Loaded load(const CommandLine& command_line, Files& files) {
  Loaded result;
  const auto fail = [&result](std::string message) {
    result.error = std::move(message);
    return std::move(result);
  };
  if (!command_line.error.empty()) return fail(command_line.error);
  ConfReader reader(files, result.options);
  if (!command_line.conf_path.empty()) {
    if (auto message = reader.read_file(command_line.conf_path)) return fail(*message);
    const std::unique_ptr<char, decltype(&std::free)> path(
        ::realpath(command_line.conf_path.c_str(), nullptr), &std::free);
    result.conf_path = path == nullptr ? command_line.conf_path : path.get();
  }
  if (command_line.standard_input) {
    if (auto message = reader.read_file("-")) return fail(*message);
  }
  if (auto message = reader.read_text(command_line.lines, "the command line")) {
    return fail(*message);
  }
  if (const auto complaint = resolve_directory(result.options)) {
    return fail("Fatal error, can't use dir '" + result.options.dir + "': " + *complaint);
  }
  result.ignored = reader.ignored();
  return result;
}

std::string ignored_warning(std::span<const std::string_view> names) {
  if (names.empty()) return {};
  std::string text = "These options are accepted and have no effect in countd:";
  for (const auto& name : names) {
    text += &name == &names.front() ? " " : ", ";
    text += name;
  }
  return text;
}

}  // namespace countd::config
