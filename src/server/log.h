// The server's log: one line an event, as Redis spells it: "pid:M 24 Nov 2026 11:00:00.000 * text".
#pragma once

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

#include "config/options.h"

namespace countd::server {

/// Why no log could be opened at `path`, or empty. Leaves no file where there is none.
std::string why_no_log(const std::string& path);

class Log {
 public:
  Log() = default;
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `path` empty: standard output. False: it cannot be opened, and the log stays where it was.
  bool open(const std::string& path);
  void set_level(config::LogLevel level) { level_ = level; }
  /// Any thread.
  void write(config::LogLevel level, std::string_view text);
  void notice(std::string_view text) { write(config::LogLevel::kNotice, text); }
  void warning(std::string_view text) { write(config::LogLevel::kWarning, text); }

 private:
  std::mutex mutex_;
  std::FILE* file_ = stdout;
  std::atomic<config::LogLevel> level_ = config::LogLevel::kNotice;
};

}  // namespace countd::server
