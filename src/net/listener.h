// Listens on TCP addresses and a unix socket, checks who may come in, and hands accepted sockets
// to threads. One acceptor for all threads: the kernel's own spreading is uneven for few long
// connections.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "commands/session.h"
#include "config/store.h"
#include "net/listening_sockets.h"

namespace countd::net {

/// Whether protected mode turns away who comes from `peer`: nobody has set a password, so only this
/// machine is trusted.
bool turns_away(const config::Options& options, const boost::asio::ip::address& peer);

class Listener {
 public:
  /// Takes an accepted descriptor with what is known of its client; closes it itself to refuse.
  using Accept = std::function<void(int descriptor, commands::Session session)>;

  Listener(boost::asio::io_context& context, config::Store& store, Accept accept);

  /// Opens all addresses; an error text, or empty. An address that begins with '-' may fail.
  std::string open();
  /// Listens where `options` say instead, before they are in force; an error text, after which it
  /// listens where it did, or empty. On any thread, one at a time; clients stay connected.
  std::string listen_elsewhere(const config::Options& options);
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  using Local = boost::asio::local::stream_protocol;

  /// One listening socket; shared with what it waits for.
  template <class Protocol>
  struct Acceptor {
    explicit Acceptor(boost::asio::io_context& context) : socket(context), retry(context) {}
    void close();

    typename Protocol::acceptor socket;
    boost::asio::steady_timer retry;
  };

  void accept_as(const ListeningSockets::Change& change);
  std::string open_unix(const std::string& path, int mode, int backlog);
  template <class Protocol>
  void accept_from(std::shared_ptr<Acceptor<Protocol>> acceptor);
  template <class Protocol>
  void retry_later(std::shared_ptr<Acceptor<Protocol>> acceptor);
  void came_in(Tcp::socket socket);
  void came_in(Local::socket socket);

  boost::asio::io_context& context_;
  config::Store& store_;
  Accept accept_;
  ListeningSockets sockets_;
  std::list<std::shared_ptr<Acceptor<Tcp>>> tcp_;
  bool closed_ = false;
  std::shared_ptr<Acceptor<Local>> unix_;
  std::string unix_path_;
};

}  // namespace countd::net
