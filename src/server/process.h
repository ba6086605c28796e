// What a server does to its own process: daemon, pid file, descriptor limit, word to systemd.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace countd::server {

/// Goes into the background: the caller's process exits, the child goes on without a terminal.
/// An error text, or empty. REQUIRES: no thread but the caller's and the allocator's own.
std::string daemonize();
/// An error text, or empty. An empty path writes nothing.
std::string write_pid_file(const std::string& path);
/// Removes the pid file if it holds this process's id; another process's stays.
void remove_pid_file(const std::string& path);
/// Raises the limit of open files so that `clients` fit beside what a server of so many threads
/// holds; returns how many clients do, one at least.
int fit_descriptors(int clients, int threads);
/// Tells the supervisor ("READY=1", "STOPPING=1") if there is one (NOTIFY_SOCKET).
void notify_supervisor(std::string_view state);
/// 64 bits from the operating system's generator.
std::uint64_t random_bits();
/// 40 hexadecimal digits, as Redis's run ids.
std::string random_id();

struct CpuTimes {
  double user_seconds = 0;
  double system_seconds = 0;
};
CpuTimes cpu_times();
/// Resident bytes of this process.
std::size_t resident_bytes();
/// Bytes of memory of the machine.
std::size_t machine_bytes();

struct AllocatorBytes {
  std::size_t allocated = 0;
  std::size_t active = 0;
  std::size_t resident = 0;
};
/// What the allocator says of itself; zeros where it is not jemalloc.
AllocatorBytes allocator_bytes();
/// "jemalloc-5.3.0" or "libc".
std::string allocator_name();

}  // namespace countd::server
