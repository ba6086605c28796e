// countd [conf|-] [--name value …]: reads the configuration, becomes the server, runs it.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "commands/versions.h"
#include "config/command_line.h"
#include "config/store.h"
#include "server/log.h"
#include "server/process.h"
#include "server/server.h"

namespace {

using countd::config::CommandLine;
using countd::config::Options;
using countd::server::Log;

int fail(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
  return 1;
}

std::string own_path() {
  std::string path(4096, '\0');
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  path.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return path;
}

/// Why the log could not be opened, or empty: a daemon has nobody left to tell it to.
std::string log_complaint(const Options& options) {
  if (options.logfile.empty()) return {};
  const auto path = std::filesystem::path(options.dir) / options.logfile;
  const auto why = countd::server::why_no_log(path.string());
  return why.empty() ? why : fmt::format("Can't open the log file: {}: {}", why, path.string());
}

/// Everything that changes the process itself, before the first thread exists.
std::string settle(const Options& options, Log& log) {
  if (::chdir(options.dir.c_str()) != 0) {
    return fmt::format("Can't chdir to '{}'", options.dir);
  }
  if (options.daemonize && options.supervised == countd::config::Supervised::kNo) {
    if (auto error = countd::server::daemonize(); !error.empty()) return error;
  }
  if (!log.open(options.logfile)) return "Can't open the log file";
  log.set_level(options.loglevel);
  return {};
}

int serve(countd::config::Loaded loaded) {
  Log log;
  const auto executable = own_path();
  if (const auto error = settle(loaded.options, log); !error.empty()) return fail(error);
  log.notice(fmt::format("countd {} starting, pid {}", countd::commands::kVersion, ::getpid()));
  if (const auto warning = countd::config::ignored_warning(loaded.ignored); !warning.empty()) {
    log.warning(warning);
  }
  countd::config::Store store(std::move(loaded.options), loaded.conf_path);
  const std::string pidfile = store.current().pidfile;
  countd::server::Server server(store, log, executable);
  if (const auto error = server.prepare(); !error.empty()) {
    log.warning(error);
    return 1;
  }
  // Only now: a start that fails leaves the file of the server that runs already as it is.
  if (const auto error = countd::server::write_pid_file(pidfile); !error.empty()) {
    log.warning(error);
  }
  const int code = server.run();
  countd::server::remove_pid_file(pidfile);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto command_line = countd::config::read_command_line(arguments);
  if (!command_line.error.empty()) return fail(command_line.error);
  switch (command_line.action) {
    case CommandLine::Action::kVersion:
      fmt::print("countd v={} redis_compatible={} bits={}\n", countd::commands::kVersion,
                 countd::commands::kRedisVersion, sizeof(void*) * 8);
      return 0;
    case CommandLine::Action::kHelp:
      fmt::print("{}", countd::config::usage_text());
      return 0;
    default:
      break;
  }
  countd::config::DiskFiles files;
  auto loaded = countd::config::load(command_line, files);
  if (!loaded.error.empty()) return fail(loaded.error);
  if (const auto error = log_complaint(loaded.options); !error.empty()) return fail(error);
  if (command_line.action == CommandLine::Action::kTestConfig) {
    fmt::print("configuration is fine\n");
    return 0;
  }
  return serve(std::move(loaded));
}
