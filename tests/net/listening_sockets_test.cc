#include "net/listening_sockets.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/server_process.h"

using countd::config::Options;
using countd::net::ListeningSockets;
using countd::test::Client;
using countd::test::free_port;

namespace {

Options on(int port, std::vector<std::string> addresses) {
  Options options;
  options.port = port;
  options.bind = std::move(addresses);
  return options;
}

// Keeps and closes what the sockets leave to their caller.
struct Kept {
  ~Kept() {
    for (const auto& socket : open) ::close(socket.descriptor);
  }
  std::string change(const Options& options) {
    ListeningSockets::Change change;
    auto error = sockets.change(options, change);
    opened = change.opened.size();
    dropped = change.dropped.size();
    for (const auto& endpoint : change.dropped) {
      std::erase_if(open, [&](const auto& socket) {
        return socket.endpoint == endpoint && ::close(socket.descriptor) == 0;
      });
    }
    open.insert(open.end(), change.opened.begin(), change.opened.end());
    return error;
  }
  ListeningSockets sockets;
  std::vector<ListeningSockets::Socket> open;
  std::size_t opened = 0;
  std::size_t dropped = 0;
};

bool listens(int port) {
  try {
    const Client client(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("what stays stays open, what goes is named, what is new listens") {
  Kept kept;
  const int port = free_port();
  CHECK(kept.change(on(port, {"127.0.0.1"})) == "");
  CHECK(kept.opened == 1);
  CHECK(listens(port));
  CHECK(kept.change(on(port, {"127.0.0.2", "127.0.0.1"})) == "");
  CHECK(kept.opened == 1);
  CHECK(kept.dropped == 0);
  const int other = free_port();
  CHECK(kept.change(on(other, {"127.0.0.1"})) == "");
  CHECK(kept.opened == 1);
  CHECK(kept.dropped == 2);
  CHECK(listens(other));
  CHECK_FALSE(listens(port));
  CHECK(kept.change(on(0, {"127.0.0.1"})) == "");
  CHECK(kept.dropped == 1);
  CHECK_FALSE(listens(other));
}

TEST_CASE("an address may overlap the one it takes the place of") {
  Kept kept;
  const int port = free_port();
  CHECK(kept.change(on(port, {"127.0.0.1"})) == "");
  CHECK(kept.change(on(port, {"*"})) == "");
  CHECK(kept.opened == 1);
  CHECK(kept.dropped == 1);
  CHECK(listens(port));
  CHECK(kept.change(on(port, {"127.0.0.1"})) == "");
  CHECK(listens(port));
  // But not one that stays: the server could not start with it either.
  CHECK(kept.change(on(port, {"127.0.0.1", "*"})).find("in use") != std::string::npos);
  Kept fresh;
  CHECK(fresh.change(on(free_port(), {"127.0.0.1", "*"})).find("in use") != std::string::npos);
}

TEST_CASE("after an address that cannot be had everything is as it was") {
  Kept taken;
  const int busy = free_port();
  REQUIRE(taken.change(on(busy, {"127.0.0.1"})) == "");
  Kept kept;
  const int port = free_port();
  REQUIRE(kept.change(on(port, {"127.0.0.1"})) == "");
  CHECK(kept.change(on(busy, {"127.0.0.2", "127.0.0.1"})) ==
        "Could not create server TCP listening socket 127.0.0.1:" + std::to_string(busy) +
            ": Address already in use");
  CHECK(kept.change(on(port, {"127.0.0.1", "nonsense"})) != "");
  CHECK(kept.change(on(busy, {"-127.0.0.1"})) != "");
  CHECK(kept.opened == 0);
  CHECK(kept.dropped == 0);
  CHECK(listens(port));
  Kept second;  // 127.0.0.2 was given back
  CHECK(second.change(on(busy, {"127.0.0.2"})) == "");
  // Nobody else gets in where the port was shared for a moment.
  CHECK(second.change(on(port, {"127.0.0.1"})).find("in use") != std::string::npos);
}
