#include "server/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <jemalloc/jemalloc.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

// Sanitizers bring an allocator of their own, and crash on a thread that they did not see begin.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTD_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTD_SANITIZED
#endif
#endif

#ifndef COUNTD_SANITIZED
// Read by jemalloc before main: pages that growth has left behind go back to the system within
// half a second, by a thread of the allocator's own, so that no insert pays for it.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:0";
}
#endif

namespace countd::server {
namespace {

// Descriptors that are not clients: listeners and files, and of each thread's event loop a queue, a
// timer and what wakes it.
constexpr rlim_t kOwnDescriptors = 64;
constexpr rlim_t kThreadDescriptors = 3;

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::size_t read_statistic(const char* name) {
  std::size_t value = 0;
  std::size_t size = sizeof value;
  return ::mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

// The thread that gives memory back stays behind at a fork, and jemalloc starts no new one unasked.
void restore_allocator_thread() {
#ifndef COUNTD_SANITIZED
  bool on = true;
  ::mallctl("background_thread", nullptr, nullptr, &on, sizeof on);
#endif
}

}  // namespace

std::string daemonize() {
  const pid_t child = ::fork();
  if (child < 0) return std::string("Can't fork: ") + std::strerror(errno);
  if (child > 0) ::_exit(0);
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return std::string("Can't open /dev/null: ") + std::strerror(errno);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(null, descriptor);
  }
  ::close(null);
  restore_allocator_thread();
  return {};
}

std::string write_pid_file(const std::string& path) {
  if (path.empty()) return {};
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) {
    return fmt::format("Failed to write PID file {}: {}", path, std::strerror(errno));
  }
  fmt::print(file, "{}\n", ::getpid());
  std::fclose(file);
  return {};
}

void remove_pid_file(const std::string& path) {
  pid_t owner = 0;
  if (std::ifstream(path) >> owner && owner == ::getpid()) ::unlink(path.c_str());
}

int fit_descriptors(int clients, int threads) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return clients;
  const rlim_t own = kOwnDescriptors + kThreadDescriptors * static_cast<rlim_t>(threads);
  const rlim_t wanted = static_cast<rlim_t>(clients) + own;
  if (limit.rlim_cur >= wanted) return clients;
  rlimit raised = limit;
  raised.rlim_cur = wanted;
  if (raised.rlim_max < wanted) raised.rlim_max = wanted;  // works for root
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return clients;
  raised = limit;
  raised.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) raised.rlim_cur = limit.rlim_cur;
  return raised.rlim_cur > own ? static_cast<int>(raised.rlim_cur - own) : 1;
}

void notify_supervisor(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || *path == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const auto length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(address.sun_path));
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), length);
  ::close(descriptor);
}

std::uint64_t random_bits() {
  std::uint64_t bits = 0;
  while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
  }
  return bits;
}

std::string random_id() {
  std::string id;
  for (int i = 0; i < 3; ++i) id += fmt::format("{:016x}", random_bits());
  id.resize(40);
  return id;
}

CpuTimes cpu_times() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return {seconds_of(usage.ru_utime), seconds_of(usage.ru_stime)};
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

std::size_t machine_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

AllocatorBytes allocator_bytes() {
  // Statistics are a snapshot that is taken when the epoch is set.
  std::uint64_t epoch = 1;
  ::mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  return {read_statistic("stats.allocated"), read_statistic("stats.active"),
          read_statistic("stats.resident")};
}

std::string allocator_name() {
  const char* version = nullptr;
  std::size_t size = sizeof version;
  if (::mallctl("version", &version, &size, nullptr, 0) != 0) return "libc";
  const std::string text(version);
  return "jemalloc-" + text.substr(0, text.find('-'));
}

}  // namespace countd::server
