#include "net/listener.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
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
    : context_(context), store_(store), accept_(std::move(accept)) {}

std::string Listener::open() {
  const auto& options = store_.current();
  ListeningSockets::Change change;
  if (auto error = sockets_.change(options, change); !error.empty()) return error;
  accept_as(change);
  if (options.unixsocket.empty()) return {};
  return open_unix(options.unixsocket, options.unixsocketperm, options.tcp_backlog);
}

std::string Listener::listen_elsewhere(const config::Options& options) {
  ListeningSockets::Change change;
  if (auto error = sockets_.change(options, change); !error.empty()) return error;
  asio::post(context_, [this, change = std::move(change)] { accept_as(change); });
  return {};
}

void Listener::accept_as(const ListeningSockets::Change& change) {
  boost::system::error_code ignored;
  for (const auto& socket : change.opened) {
    auto acceptor = std::make_shared<Acceptor<Tcp>>(context_);
    acceptor->socket.assign(socket.endpoint.protocol(), socket.descriptor, ignored);
    if (closed_) continue;  // with the acceptor the socket goes
    tcp_.push_back(acceptor);
    accept_from(std::move(acceptor));
  }
  tcp_.remove_if([&](const auto& acceptor) {
    const auto endpoint = acceptor->socket.local_endpoint(ignored);
    const bool dropped = std::ranges::find(change.dropped, endpoint) != change.dropped.end();
    if (dropped) acceptor->close();
    return dropped;
  });
}

std::string Listener::open_unix(const std::string& path, int mode, int backlog) {
  ::unlink(path.c_str());
  boost::system::error_code error;
  auto acceptor = std::make_shared<Acceptor<Local>>(context_);
  acceptor->socket.open(Local(), error);
  if (!error) acceptor->socket.bind(Local::endpoint(path), error);
  if (!error) acceptor->socket.listen(backlog, error);
  if (error) return fmt::format("Failed opening Unix socket {}: {}", path, error.message());
  if (mode != 0) ::chmod(path.c_str(), static_cast<mode_t>(mode));
  unix_path_ = path;
  unix_ = acceptor;
  accept_from(std::move(acceptor));
  return {};
}

template <class Protocol>
void Listener::Acceptor<Protocol>::close() {
  boost::system::error_code ignored;
  socket.close(ignored);
  retry.cancel();
}

template <class Protocol>
void Listener::accept_from(std::shared_ptr<Acceptor<Protocol>> acceptor) {
  if (!acceptor->socket.is_open()) return;  // dropped while a client came in
  auto& socket = acceptor->socket;
  socket.async_accept([this, acceptor = std::move(acceptor)](const boost::system::error_code& error,
                                                             typename Protocol::socket client) {
    if (error == asio::error::operation_aborted) return;
    if (error) return retry_later(acceptor);
    came_in(std::move(client));
    accept_from(acceptor);
  });
}

// Out of descriptors, most likely: waiting a moment beats spinning on the same error.
template <class Protocol>
void Listener::retry_later(std::shared_ptr<Acceptor<Protocol>> acceptor) {
  auto& retry = acceptor->retry;
  retry.expires_after(std::chrono::milliseconds(100));
  retry.async_wait([this, acceptor = std::move(acceptor)](const boost::system::error_code& error) {
    if (!error) accept_from(acceptor);
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

void Listener::came_in(Local::socket socket) {
  commands::Session session;
  session.peer_address = unix_path_ + ":0";
  session.local_address = unix_path_ + ":0";
  accept_(socket.release(), std::move(session));
}

void Listener::close() {
  closed_ = true;
  for (const auto& acceptor : tcp_) acceptor->close();
  if (unix_) unix_->close();
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

}  // namespace countd::net
