// One buffer for what was received; replies are cut from its front.
#include "tests/support/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace countd::test {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

bool readable(int descriptor, std::chrono::milliseconds wait) {
  pollfd poll_for{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&poll_for, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace

Client::Client(int port, std::chrono::seconds patience)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    errno = error;
    fail("connect");
  }
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)),
      at_(std::exchange(other.at_, 0)),
      raw_(std::move(other.raw_)) {}

Client::~Client() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Reply Client::call(const Words& words) {
  send(words);
  return read();
}

void Client::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Client::receive() {
  std::array<char, 65536> chunk;
  while (true) {
    const auto got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ECONNRESET) return false;
    if (got < 0) fail("no reply");
    received_.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
  }
}

Reply Client::read() {
  while (true) {
    const auto start = at_;
    if (auto reply = parse_reply(received_, at_)) {
      raw_.assign(received_, start, at_ - start);
      if (at_ == received_.size()) {
        received_.clear();
        at_ = 0;
      }
      return std::move(*reply);
    }
    received_.erase(0, std::exchange(at_, 0));
    if (!receive()) throw std::runtime_error("the server closed the connection");
  }
}

bool Client::reply_waits(std::chrono::milliseconds wait) {
  while (true) {
    auto position = at_;
    if (parse_reply(received_, position)) return true;
    if (!readable(descriptor_, wait)) return false;
    if (!receive()) return false;
  }
}

bool Client::closes_within(std::chrono::milliseconds wait) {
  if (at_ != received_.size()) return false;
  return readable(descriptor_, wait) && !receive();
}

}  // namespace countd::test
