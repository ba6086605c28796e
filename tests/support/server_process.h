// A server that lives as long as a test: its own port, its own folder, stopped by its process id.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/client.h"
#include "tests/support/temporary_folder.h"

namespace countd::test {

/// A loopback port that was free a moment ago.
int free_port();

class ServerProcess {
 public:
  /// `command` is split as a shell would split simple words; {port} and {dir} are filled in.
  /// Returns once PING is answered; throws, with the end of the server's log, if it never is.
  explicit ServerProcess(std::string command);
  /// Stops it, by SIGKILL if SIGTERM does not do within a few seconds.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] Client connect() const { return Client(port_); }
  [[nodiscard]] std::string log() const;

  /// Sends the signal and waits for the end; the exit status as waitpid tells it, or -1 if it
  /// still runs after `patience`.
  int stop(int signal, std::chrono::seconds patience = std::chrono::seconds(30));
  /// Starts it again in the same folder, on the same port. REQUIRES: it has been stopped.
  void start();
  /// The same, without waiting until it answers.
  void launch();
  [[nodiscard]] bool running();

 private:
  void wait_until_ready();

  std::string command_;
  TemporaryFolder folder_;
  int port_;
  pid_t pid_ = -1;
};

}  // namespace countd::test
