#include "server/process.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/support/server_process.h"

namespace server = countd::server;
using countd::test::TemporaryFolder;

TEST_CASE("the pid file holds the process id; a folder that is not there is an error") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "pid").string();
  CHECK(server::write_pid_file(path) == "");
  std::ifstream file(path);
  pid_t pid = 0;
  file >> pid;
  CHECK(pid == ::getpid());
  CHECK(server::write_pid_file("") == "");
  CHECK(server::write_pid_file((folder.path() / "no" / "pid").string()).find("No such file") !=
        std::string::npos);
}

TEST_CASE("a pid file is removed by the process that it names, and by no other") {
  const TemporaryFolder folder;
  const auto own = (folder.path() / "own").string();
  REQUIRE(server::write_pid_file(own) == "");
  server::remove_pid_file(own);
  CHECK_FALSE(std::filesystem::exists(own));
  for (const auto& text : {std::to_string(::getppid()) + "\n", std::string("not a number\n")}) {
    const auto other = folder.write("other", text);
    server::remove_pid_file(other);
    CHECK(std::filesystem::exists(other));
  }
  server::remove_pid_file("");
  server::remove_pid_file((folder.path() / "none").string());
}

TEST_CASE("no two ids are alike, and each is 40 hexadecimal digits") {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto id = server::random_id();
    CHECK(id.size() == 40);
    CHECK(std::ranges::all_of(id, [](unsigned char c) { return std::isxdigit(c) != 0; }));
    CHECK(ids.insert(id).second);
  }
  CHECK(server::random_bits() != server::random_bits());
}

TEST_CASE("what the process is told of itself is plausible") {
  CHECK(server::resident_bytes() > 100'000);
  CHECK(server::machine_bytes() > server::resident_bytes());
  const auto cpu = server::cpu_times();
  CHECK(cpu.user_seconds + cpu.system_seconds > 0);
  CHECK_FALSE(server::allocator_name().empty());
  const auto allocator = server::allocator_bytes();
  CHECK(allocator.active >= allocator.allocated);
}

TEST_CASE("as many clients as there are descriptors for") {
  CHECK(server::fit_descriptors(10, 1) == 10);
  CHECK(server::fit_descriptors(10, 64) == 10);
  // More than any system allows: what the threads hold is taken off what there is.
  constexpr int kMost = std::numeric_limits<int>::max();
  const int beside_one = server::fit_descriptors(kMost, 1);
  CHECK(beside_one >= 1);
  CHECK(server::fit_descriptors(kMost, 5) == std::max(1, beside_one - 4 * 3));
}

TEST_CASE("the supervisor is told, if there is one") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "notify").string();
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::unsetenv("NOTIFY_SOCKET");
  server::notify_supervisor("READY=1");  // to nobody
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  server::notify_supervisor("STOPPING=1");
  ::unsetenv("NOTIFY_SOCKET");
  char bytes[64];
  const auto size = ::recv(descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
  REQUIRE(size > 0);
  CHECK(std::string(bytes, static_cast<std::size_t>(size)) == "STOPPING=1");
  ::close(descriptor);
}
