// A server that leaves its terminal, and one that a supervisor keeps: what those who started it
// see.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/eventually.h"
#include "tests/support/sanitizers.h"
#include "tests/support/server_process.h"

namespace fs = std::filesystem;
using countd::test::Client;
using countd::test::content_of;
using countd::test::eventually;
using countd::test::free_port;
using countd::test::kThreadSanitizer;
using countd::test::server_command;
using countd::test::ServerProcess;
using countd::test::TemporaryFolder;

namespace {

// A process that is nobody's child here: as /proc tells it, after its name in brackets.
struct ProcessState {
  explicit ProcessState(pid_t pid) {
    const auto text = content_of("/proc/" + std::to_string(pid) + "/stat");
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream(text.substr(name_end + 1)) >> state >> parent >> group >> session;
  }
  [[nodiscard]] bool runs() const { return state != 0 && state != 'Z' && state != 'X'; }
  char state = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
};

std::string target_of(pid_t pid, int descriptor) {
  return fs::read_symlink("/proc/" + std::to_string(pid) + "/fd/" + std::to_string(descriptor));
}

std::ptrdiff_t threads_of(pid_t pid) {
  const fs::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task");
  return std::distance(fs::begin(tasks), fs::end(tasks));
}

// Started as a user would, through a shell; ended at the latest with the test.
struct Daemon {
  explicit Daemon(const std::string& settings) {
    auto command = server_command("--save \"\" --daemonize yes " + settings);
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"{port}", text(port)},
                                      {"{dir}", folder.path().string()}}) {
      for (auto at = command.find(name); at != std::string::npos; at = command.find(name)) {
        command.replace(at, name.size(), value);
      }
    }
    status = std::system(command.c_str());  // returns: the server is in the background
  }
  ~Daemon() {
    if (pid > 0 && ProcessState(pid).runs()) ::kill(pid, SIGKILL);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  static std::string text(int number) { return std::to_string(number); }

  [[nodiscard]] bool answers() const {
    try {
      return Client(port).call({"PING"}).text == "PONG";
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  TemporaryFolder folder;
  int port = free_port();
  int status = -1;
  pid_t pid = 0;
};

}  // namespace

TEST_CASE("a daemon has left its terminal, writes its pid and its log, and tidies up at the end") {
  Daemon daemon("--pidfile countd.pid --logfile countd.log");
  const auto pidfile = daemon.folder.path() / "countd.pid";
  const auto logfile = daemon.folder.path() / "countd.log";
  REQUIRE(daemon.status == 0);
  REQUIRE(eventually([&] { return daemon.answers(); }));
  daemon.pid = std::stoi(content_of(pidfile));
  const ProcessState state(daemon.pid);
  CHECK(state.runs());
  CHECK(state.session == daemon.pid);  // one of its own, so no terminal can hang up on it
  CHECK(state.session != ::getsid(0));
  CHECK(state.parent != ::getpid());
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    CHECK(target_of(daemon.pid, descriptor) == "/dev/null");
  }
  CHECK(Client(daemon.port).call({"INCR", "n"}).integer() == 1);
  // All its threads came along, the allocator's own too, which give memory back. The thread
  // sanitizer starts more of its own when a process forks.
  const ServerProcess foreground(server_command("--save \"\""));
  CHECK(eventually(
      [&] { return kThreadSanitizer || threads_of(daemon.pid) == threads_of(foreground.pid()); }));
  CHECK(content_of(logfile).find("Ready to accept connections") != std::string::npos);

  REQUIRE(::kill(daemon.pid, SIGTERM) == 0);
  CHECK(eventually([&] { return !ProcessState(daemon.pid).runs(); }));
  CHECK(content_of(logfile).find("Received SIGTERM") != std::string::npos);
  CHECK(content_of(logfile).find("bye bye") != std::string::npos);
  CHECK_FALSE(fs::exists(pidfile));
}

TEST_CASE("a daemon that cannot listen leaves the reason in its log and no pid file") {
  const ServerProcess other(server_command("--save \"\""));
  Daemon daemon("--pidfile countd.pid --logfile countd.log --port " + std::to_string(other.port()));
  const auto logfile = daemon.folder.path() / "countd.log";
  CHECK(eventually([&] { return content_of(logfile).find("in use") != std::string::npos; }));
  CHECK(eventually([&] { return !fs::exists(daemon.folder.path() / "countd.pid"); }));
}

TEST_CASE("a second start that fails leaves the pid file of the server that runs") {
  Daemon first("--pidfile countd.pid --logfile countd.log");
  const auto pidfile = first.folder.path() / "countd.pid";
  REQUIRE(eventually([&] { return first.answers(); }));
  const auto written = content_of(pidfile);
  first.pid = std::stoi(written);
  const Daemon second("--logfile countd.log --pidfile " + pidfile.string() + " --port " +
                      std::to_string(first.port));
  const auto logfile = second.folder.path() / "countd.log";
  REQUIRE(eventually([&] { return content_of(logfile).find("in use") != std::string::npos; }));
  const auto pid = std::stoi(content_of(logfile));  // each line begins with it
  REQUIRE(eventually([&] { return !ProcessState(pid).runs(); }));
  CHECK(content_of(pidfile) == written);
}

TEST_CASE("a log that cannot be opened is told to who starts the daemon, or tests the settings") {
  for (const std::string tested : {"", "--test-config "}) {
    CAPTURE(tested);
    const Daemon daemon(tested + "--logfile no/such/folder.log 2> {dir}/told");
    CHECK(WEXITSTATUS(daemon.status) == 1);
    CHECK(
        content_of(daemon.folder.path() / "told").starts_with("Can't open the log file: No such"));
  }
}

TEST_CASE("a supervisor is told when the server is ready and when it stops") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "notify").string();
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const auto told = [&] {
    char bytes[256];
    const auto size = ::recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
    return std::string(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  };
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  {
    // A supervised server stays in the foreground, whatever daemonize says: its process is watched.
    ServerProcess server(server_command("--save \"\" --supervised systemd --daemonize yes"));
    ::unsetenv("NOTIFY_SOCKET");
    CHECK(server.running());
    CHECK(told() == "READY=1");
    CHECK(server.stop(SIGTERM) == 0);
    CHECK(told() == "STOPPING=1");
  }
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  {
    const ServerProcess unsupervised(server_command("--save \"\""));
    ::unsetenv("NOTIFY_SOCKET");
  }
  CHECK(told().empty());
  ::close(descriptor);
}
