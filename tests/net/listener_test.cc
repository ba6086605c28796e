#include "net/listener.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "config/options.h"
#include "tests/support/server_process.h"

using namespace std::chrono_literals;
using countd::config::Options;
using countd::config::Store;
using countd::net::Listener;
using countd::net::turns_away;
using countd::test::free_port;
using countd::test::TemporaryFolder;

namespace {

// Listens as the options say; remembers who came in.
struct Door {
  explicit Door(Options options)
      : store(std::move(options)),
        listener(context, store, [this](int descriptor, countd::commands::Session session) {
          ::close(descriptor);
          peers.push_back(session.peer_address);
          locals.push_back(session.local_address);
        }) {}

  void run_until_accepted(std::size_t count) {
    while (peers.size() < count && context.run_one_for(60s) != 0) {
    }
  }

  boost::asio::io_context context{1};
  Store store;
  std::vector<std::string> peers;
  std::vector<std::string> locals;
  Listener listener;
};

Options on(std::vector<std::string> addresses) {
  Options options;
  options.port = free_port();
  options.bind = std::move(addresses);
  return options;
}

// An IPv4 address of this machine that is not loopback.
std::optional<sockaddr_in> outside_address() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return std::nullopt;
  std::optional<sockaddr_in> found;
  for (const ifaddrs* each = all; each != nullptr && !found; each = each->ifa_next) {
    const bool up = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_LOOPBACK) == 0;
    if (!up || each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    found = *reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
  }
  ::freeifaddrs(all);
  return found;
}

int connect_to(sockaddr_in address, int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  REQUIRE(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return descriptor;
}

int connect_to(const std::string& path) {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return descriptor;
}

// While it lives this process gets no more descriptors.
class NoDescriptors {
 public:
  NoDescriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit none{0, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

// Until the other side closes.
std::string read_all(int descriptor) {
  std::string bytes;
  char some[1024];
  for (;;) {
    const auto size = ::recv(descriptor, some, sizeof some, 0);
    if (size <= 0) return bytes;
    bytes.append(some, static_cast<std::size_t>(size));
  }
}

}  // namespace

TEST_CASE("who comes in is told by its address and the server's") {
  const auto options = on({"127.0.0.1"});
  Door door(options);
  REQUIRE(door.listener.open() == "");
  const countd::test::Client first(options.port);
  const countd::test::Client second(options.port);
  door.run_until_accepted(2);
  CHECK(door.peers[0].starts_with("127.0.0.1:"));
  CHECK(door.peers[0] != door.peers[1]);
  CHECK(door.locals[0] == "127.0.0.1:" + std::to_string(options.port));
}

TEST_CASE("protected mode turns strangers away until there is a password") {
  const auto local = boost::asio::ip::make_address("127.0.0.1");
  const auto local6 = boost::asio::ip::make_address("::1");
  const auto stranger = boost::asio::ip::make_address("192.0.2.7");
  const auto stranger6 = boost::asio::ip::make_address("2001:db8::7");
  Options options;
  REQUIRE(options.protected_mode);
  CHECK(turns_away(options, stranger));
  CHECK(turns_away(options, stranger6));
  CHECK_FALSE(turns_away(options, local));
  CHECK_FALSE(turns_away(options, local6));
  options.requirepass = "a password";
  CHECK_FALSE(turns_away(options, stranger));
  options = {};
  options.protected_mode = false;
  CHECK_FALSE(turns_away(options, stranger));
}

TEST_CASE("who is turned away is told why, and the connection is closed") {
  const auto outside = outside_address();
  if (!outside) {
    MESSAGE("this machine has no address but loopback: nothing to be turned away from");
    return;
  }
  for (const bool is_protected : {true, false}) {
    auto options = on({"*"});
    options.protected_mode = is_protected;
    Door door(options);
    REQUIRE(door.listener.open() == "");
    const int stranger = connect_to(*outside, options.port);
    const countd::test::Client local(options.port);
    door.run_until_accepted(is_protected ? 1 : 2);
    const auto answer = read_all(stranger);
    ::close(stranger);
    if (is_protected) {
      CHECK(answer.starts_with("-DENIED Redis is running in protected mode because"));
      CHECK(answer.ends_with("\r\n"));
      REQUIRE(door.peers.size() == 1);
      CHECK(door.peers[0].starts_with("127.0.0.1:"));
    } else {
      CHECK(answer.empty());
    }
  }
}

TEST_CASE("an address that cannot be had is an error, unless it begins with a dash") {
  // 192.0.2.0/24 is for documentation: no machine has an address in it.
  Door strict(on({"127.0.0.1", "192.0.2.1"}));
  CHECK(strict.listener.open().find("192.0.2.1") != std::string::npos);
  Door lenient(on({"127.0.0.1", "-192.0.2.1"}));
  CHECK(lenient.listener.open() == "");
  Door nothing(on({"-192.0.2.1"}));
  CHECK(nothing.listener.open() != "");
  Door nonsense(on({"not an address"}));
  CHECK(nonsense.listener.open() != "");
}

TEST_CASE("a port that is taken is an error") {
  const auto options = on({"127.0.0.1"});
  Door first(options);
  REQUIRE(first.listener.open() == "");
  Door second(options);
  CHECK(second.listener.open().find("Address already in use") != std::string::npos);
  first.listener.close();
  Door third(options);
  CHECK(third.listener.open() == "");
}

TEST_CASE("a unix socket has its mode, replaces a stale one, and goes when it is closed") {
  const TemporaryFolder folder;
  const auto path = (folder.path() / "countd.sock").string();
  Options options;
  options.port = 0;
  options.unixsocket = path;
  options.unixsocketperm = 0600;
  for (int round = 0; round < 2; ++round) {
    Door door(options);
    REQUIRE(door.listener.open() == "");
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK((status.st_mode & 0777) == 0600);
    const int descriptor = connect_to(path);
    door.run_until_accepted(1);
    CHECK(door.peers == std::vector<std::string>{path + ":0"});
    ::close(descriptor);
    if (round == 0) continue;  // the socket stays, as after a crash
    door.listener.close();
    CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("while descriptors are short nobody comes in; afterwards everybody does, by every way") {
  const TemporaryFolder folder;
  auto options = on({"127.0.0.1", "127.0.0.2"});
  options.unixsocket = (folder.path() / "countd.sock").string();
  Door door(options);
  REQUIRE(door.listener.open() == "");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::vector<int> clients;
  for (const std::uint32_t host : {INADDR_LOOPBACK, INADDR_LOOPBACK + 1}) {
    address.sin_addr.s_addr = htonl(host);
    clients.push_back(connect_to(address, options.port));
  }
  clients.push_back(connect_to(options.unixsocket));
  {
    const NoDescriptors none;
    door.context.poll();
    CHECK(door.peers.empty());
  }
  door.run_until_accepted(clients.size());
  CHECK(door.peers.size() == clients.size());
  for (const int client : clients) ::close(client);
}
