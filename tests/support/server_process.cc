// The child dies with its parent (PR_SET_PDEATHSIG), so a test that is killed leaves nothing.
#include "tests/support/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <utility>

namespace countd::test {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kStartPatience{120};  // a sanitizer's server on a busy machine
constexpr std::chrono::milliseconds kPollEvery{5};
constexpr std::size_t kLogTail = 4000;

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// The child's half of a fork: only calls that are safe there, and no way back.
[[noreturn]] void become(char* const* argv, const char* log, const char* folder, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (::getppid() != parent || out < 0 || ::chdir(folder) != 0) ::_exit(126);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(argv[0], argv);
  ::_exit(127);
}

}  // namespace

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

ServerProcess::ServerProcess(std::string command)
    : command_(std::move(command)), port_(free_port()) {
  replace_all(command_, "{port}", std::to_string(port_));
  replace_all(command_, "{dir}", folder_.path().string());
  start();
}

ServerProcess::~ServerProcess() {
  if (running() && stop(SIGTERM, std::chrono::seconds(20)) == -1) stop(SIGKILL);
}

void ServerProcess::start() {
  launch();
  wait_until_ready();
}

void ServerProcess::launch() {
  auto words = split_words(command_);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto log = (folder() / "server.log").string();
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(argv.data(), log.c_str(), folder().c_str(), parent);
  if (pid_ < 0) throw std::runtime_error("fork failed");
}

void ServerProcess::wait_until_ready() {
  const auto deadline = steady_clock::now() + kStartPatience;
  while (running() && steady_clock::now() < deadline) {
    try {
      const auto reply = Client(port_, std::chrono::seconds(5)).call({"PING"});
      if (!reply.is_error() || !reply.text.starts_with("LOADING")) return;
    } catch (const std::runtime_error&) {
      // not listening yet
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  throw std::runtime_error("not ready: " + command_ + "\n" + log());
}

bool ServerProcess::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

int ServerProcess::stop(int signal, std::chrono::seconds patience) {
  if (pid_ < 0) throw std::runtime_error("it does not run");
  ::kill(pid_, signal);
  const auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return status;
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  return -1;
}

std::string ServerProcess::log() const {
  std::string text = content_of(folder() / "server.log");
  if (text.size() > kLogTail) text.erase(0, text.size() - kLogTail);
  return text;
}

}  // namespace countd::test
