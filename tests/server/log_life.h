// A server's life with an append log, as Server leads it: opened, loaded, begun and ended.
#pragma once

#include <cerrno>
#include <string>

#include "commands/command.h"
#include "server/append_only.h"
#include "tests/server/fake_log_host.h"

namespace countd::test {

/// A server's life with a log: opened and begun, as Server does it.
class LogLife {
 public:
  explicit LogLife(FakeLogHost& host) : host_(host), log_(host) {
    host.forget_former_life();
    error = log_.opening().open();
    if (!error.empty()) return;
    if (!log_.opening().empty()) error = log_.opening().load(host.keys(), table_, 5);
    if (!error.empty()) return;
    log_.begin(host.keys());
    host_.run();
  }
  LogLife(const LogLife&) = delete;
  LogLife& operator=(const LogLife&) = delete;
  ~LogLife() {
    if (error.empty() && !dead_) log_.close(host_.keys());
  }
  /// The process dies; nothing that it does afterwards reaches the disk.
  void die() {
    host_.files.end_process();
    host_.files.fault = [](CrashDisk::Operation, const std::string&) { return EIO; };
    log_.close(host_.keys());
    host_.files.fault = nullptr;
    host_.clear();
    dead_ = true;
  }

  server::AppendOnly* operator->() { return &log_; }
  /// A tenth of a second, as the server's clock strikes it.
  void pass(int tenths = 1) {
    for (int i = 0; i < tenths; ++i) {
      host_.time += 100;
      host_.steady += 100;
      log_.check();
      host_.run();
    }
  }
  bool cut_due() {
    const auto before = host_.gate().journal().epoch();
    log_.check();
    return host_.gate().journal().epoch() != before;
  }

  std::string error;

 private:
  FakeLogHost& host_;
  bool dead_ = false;
  commands::CommandTable table_;
  server::AppendOnly log_;
};

/// What the log says comes back.
inline std::string restart(FakeLogHost& host) {
  host.files.end_process();
  host.clear();
  LogLife life(host);
  return life.error;
}

}  // namespace countd::test
