#include "net/listening_sockets.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace countd::net {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;
using Socket = ListeningSockets::Socket;

// An address of `bind`, with the port.
struct Address {
  std::string_view text;
  bool optional = false;
  Endpoint endpoint;
};

boost::asio::ip::address parse(std::string_view text, boost::system::error_code& error) {
  if (text == "*") return boost::asio::ip::address_v4::any();
  if (text == "::*") return boost::asio::ip::address_v6::any();
  if (text == "localhost") return boost::asio::ip::address_v4::loopback();
  return boost::asio::ip::make_address(std::string(text), error);
}

void set_option(int descriptor, int level, int name, bool on) {
  const int value = on ? 1 : 0;
  ::setsockopt(descriptor, level, name, &value, sizeof value);
}

// The descriptor, or -1 with errno.
int listen_on(const Endpoint& endpoint, int backlog, bool shared) {
  const int family = endpoint.protocol().family();
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, true);
  set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, shared);
  if (family == AF_INET6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, true);
  const auto size = static_cast<socklen_t>(endpoint.size());
  if (::bind(descriptor, endpoint.data(), size) == 0 && ::listen(descriptor, backlog) == 0) {
    set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, false);
    return descriptor;
  }
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return -1;
}

std::string failed_text(const Address& address, int port, const std::string& reason) {
  return fmt::format("Could not create server TCP listening socket {}:{}: {}", address.text, port,
                     reason);
}

std::string read_addresses(const config::Options& options, std::vector<Address>& addresses) {
  if (options.port == 0) return {};
  const auto add = [&](std::string_view text) -> std::string {
    Address address{text, text.starts_with('-'), {}};
    if (address.optional) address.text.remove_prefix(1);
    boost::system::error_code error;
    address.endpoint = {parse(address.text, error), static_cast<std::uint16_t>(options.port)};
    if (!error) addresses.push_back(address);
    return !error || address.optional ? "" : failed_text(address, options.port, error.message());
  };
  if (options.bind.empty()) return add("*") + add("-::*");
  for (const auto& text : options.bind) {
    if (auto error = add(text); !error.empty()) return error;
  }
  return {};
}

void share_ports(const std::vector<Socket>& sockets, bool on) {
  for (const Socket& socket : sockets) set_option(socket.descriptor, SOL_SOCKET, SO_REUSEPORT, on);
}

// As `listen_on`; where one that leaves is in the way, beside it.
int listen_beside(const std::vector<Socket>& leaving, const Endpoint& endpoint, int backlog) {
  const int descriptor = listen_on(endpoint, backlog, false);
  const auto in_the_way = [&](const Socket& socket) {
    return socket.endpoint.port() == endpoint.port();
  };
  if (descriptor >= 0 || errno != EADDRINUSE || std::ranges::none_of(leaving, in_the_way)) {
    return descriptor;
  }
  share_ports(leaving, true);
  const int beside = listen_on(endpoint, backlog, true);
  const int error = errno;
  share_ports(leaving, false);
  errno = error;
  return beside;
}

std::string open_missing(const std::vector<Address>& addresses, int backlog,
                         const std::vector<Socket>& kept, const std::vector<Socket>& leaving,
                         std::vector<Socket>& opened) {
  for (const Address& address : addresses) {
    const auto& endpoint = address.endpoint;
    if (std::ranges::find(kept, endpoint, &Socket::endpoint) != kept.end()) continue;
    const int descriptor = listen_beside(leaving, endpoint, backlog);
    if (descriptor >= 0) {
      opened.push_back({endpoint, descriptor});
    } else if (!address.optional) {
      return failed_text(address, endpoint.port(), std::generic_category().message(errno));
    }
  }
  return {};
}

}  // namespace

std::string ListeningSockets::change(const config::Options& options, Change& change) {
  std::vector<Address> addresses;
  if (auto error = read_addresses(options, addresses); !error.empty()) return error;
  std::vector<Socket> kept;
  std::vector<Socket> leaving;
  for (const Socket& socket : sockets_) {
    const auto same = [&](const Address& address) { return address.endpoint == socket.endpoint; };
    (std::ranges::any_of(addresses, same) ? kept : leaving).push_back(socket);
  }
  auto error = open_missing(addresses, options.tcp_backlog, kept, leaving, change.opened);
  if (error.empty() && options.port != 0 && kept.empty() && change.opened.empty()) {
    error = fmt::format("no address to listen on at port {}", options.port);
  }
  if (!error.empty()) {
    for (const Socket& socket : std::exchange(change.opened, {})) ::close(socket.descriptor);
    return error;
  }
  for (const Socket& socket : leaving) change.dropped.push_back(socket.endpoint);
  sockets_ = std::move(kept);
  sockets_.insert(sockets_.end(), change.opened.begin(), change.opened.end());
  return {};
}

}  // namespace countd::net
