#include "net/listener.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <utility>

#include "config/options.h"

namespace countd::net {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kProtectedText =
    "-DENIED Redis is running in protected mode because protected mode is enabled and no password "
    "is set for the default user. In this mode connections are only accepted from the loopback "
    "interface. To accept connections from other hosts, set a password (requirepass) or turn "
    "protected mode off with 'CONFIG SET protected-mode no' from the same host.\r\n";

void keep_alive(int descriptor, int seconds) {
  if (seconds <= 0) return;
  const int on = 1;
  const int interval = std::max(1, seconds / 3);
  const int probes = 3;
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

std::string spell(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v6()) return fmt::format("[{}]:{}", address.to_string(), endpoint.port());
  return fmt::format("{}:{}", address.to_string(), endpoint.port());
}

}  // namespace

bool turns_away(const config::Options& options, const asio::ip::address& peer) {
  return options.protected_mode && options.requirepass.empty() && !peer.is_loopback();
}

Listener::Listener(asio::io_context& context, config::Store& store, Accept accept)
    : context_(context), store_(store), accept_(std::move(accept)), retry_(context) {}

std::string Listener::open() {
  const auto& options = store_.current();
  if (options.port != 0) {
    auto addresses = options.bind;
    if (addresses.empty()) addresses = {"*", "-::*"};
    for (std::string_view address : addresses) {
      const bool optional = address.starts_with('-');
      if (optional) address.remove_prefix(1);
      const auto error = open_tcp(address, options.port, options.tcp_backlog);
      if (!error.empty() && !optional) return error;
    }
    if (tcp_.empty()) return fmt::format("no address to listen on at port {}", options.port);
  }
  if (options.unixsocket.empty()) return {};
  return open_unix(options.unixsocket, options.unixsocketperm, options.tcp_backlog);
}

std::string Listener::open_tcp(std::string_view text, int port, int backlog) {
  boost::system::error_code error;
  asio::ip::address address;
  if (text == "*") {
    address = asio::ip::address_v4::any();
  } else if (text == "::*") {
    address = asio::ip::address_v6::any();
  } else if (text == "localhost") {
    address = asio::ip::address_v4::loopback();
  } else {
    address = asio::ip::make_address(std::string(text), error);
  }
  const Tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
  Tcp::acceptor acceptor(context_);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(boost::asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(backlog, error);
  if (error) {
    return fmt::format("Could not create server TCP listening socket {}:{}: {}", text, port,
                       error.message());
  }
  tcp_.push_back(std::move(acceptor));
  accept_tcp(tcp_.back());
  return {};
}

std::string Listener::open_unix(const std::string& path, int mode, int backlog) {
  ::unlink(path.c_str());
  boost::system::error_code error;
  Local::acceptor acceptor(context_);
  acceptor.open(Local(), error);
  if (!error) acceptor.bind(Local::endpoint(path), error);
  if (!error) acceptor.listen(backlog, error);
  if (error) return fmt::format("Failed opening Unix socket {}: {}", path, error.message());
  if (mode != 0) ::chmod(path.c_str(), static_cast<mode_t>(mode));
  unix_path_ = path;
  unix_.push_back(std::move(acceptor));
  accept_unix(unix_.back());
  return {};
}

void Listener::accept_tcp(Tcp::acceptor& acceptor) {
  acceptor.async_accept(
      [this, &acceptor](const boost::system::error_code& error, Tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) return retry_later([this, &acceptor] { accept_tcp(acceptor); });
        came_in(std::move(socket));
        accept_tcp(acceptor);
      });
}

void Listener::accept_unix(Local::acceptor& acceptor) {
  acceptor.async_accept(
      [this, &acceptor](const boost::system::error_code& error, Local::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) return retry_later([this, &acceptor] { accept_unix(acceptor); });
        commands::Session session;
        session.peer_address = unix_path_ + ":0";
        session.local_address = unix_path_ + ":0";
        accept_(socket.release(), std::move(session));
        accept_unix(acceptor);
      });
}

// Out of descriptors, most likely: waiting a moment beats spinning on the same error.
void Listener::retry_later(std::function<void()> again) {
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([again = std::move(again)](const boost::system::error_code& error) {
    if (!error) again();
  });
}

void Listener::came_in(Tcp::socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const auto local = socket.local_endpoint(error);
  if (turns_away(store_.current(), peer.address())) {
    asio::write(socket, asio::buffer(kProtectedText.data(), kProtectedText.size()), error);
    return;
  }
  socket.set_option(Tcp::no_delay(true), error);
  keep_alive(socket.native_handle(), store_.current().tcp_keepalive);
  commands::Session session;
  session.peer_address = spell(peer);
  session.local_address = spell(local);
  accept_(socket.release(), std::move(session));
}

void Listener::close() {
  boost::system::error_code ignored;
  for (auto& acceptor : tcp_) acceptor.close(ignored);
  for (auto& acceptor : unix_) acceptor.close(ignored);
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

}  // namespace countd::net
