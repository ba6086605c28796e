// The whole server in this process, on a free port and in a folder of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/options.h"
#include "tests/support/server_process.h"

namespace countd::test {

class InProcess {
 public:
  /// Starts at once, with `save ""` unless `change` says otherwise; throws if it cannot.
  explicit InProcess(int threads = 1, std::function<void(config::Options&)> change = {});
  ~InProcess();
  InProcess(const InProcess&) = delete;
  InProcess& operator=(const InProcess&) = delete;

  [[nodiscard]] int port() const { return options_.port; }
  [[nodiscard]] Client connect() const { return Client(port()); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path file() const { return folder() / "dump.rdb"; }
  [[nodiscard]] std::string log() const;

  /// Ends it without a snapshot, if it still runs, and waits.
  void stop();
  /// Waits for an end that somebody has asked for; the exit code.
  int wait();
  /// Changes what it will be started with.
  void change(const std::function<void(config::Options&)>& change) { change(options_); }
  /// Starts it again, on the same port and folder. REQUIRES: stopped.
  void start();
  /// Why it does not start, or empty.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  struct Running;

  TemporaryFolder folder_;
  config::Options options_;
  std::unique_ptr<Running> running_;
  std::string error_;
};

/// The value of a field of INFO.
std::string info_field(Client& client, const std::string& name);

}  // namespace countd::test
