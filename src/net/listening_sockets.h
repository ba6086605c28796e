// The TCP sockets that a server listens on, as `bind` and `port` ask for them. They can be changed
// for others while the server runs: all of them or, if one cannot be had, none.
//
// An address may overlap one that is given up in the same change ("*" after 127.0.0.1): two sockets
// may listen on overlapping addresses if both say so (SO_REUSEPORT), which the old one and the new
// one do for the moment of the change only. So no client finds the port closed meanwhile.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <vector>

#include "config/options.h"

namespace countd::net {

class ListeningSockets {
 public:
  struct Socket {
    boost::asio::ip::tcp::endpoint endpoint;
    int descriptor = -1;
  };
  struct Change {
    std::vector<Socket> opened;  // listening, the caller's to accept on and to close
    std::vector<boost::asio::ip::tcp::endpoint> dropped;  // the caller's to close
  };

  /// Opens what the options ask for and is not open yet; an error text, after which everything is
  /// as it was, or empty. An address that begins with '-' may fail.
  std::string change(const config::Options& options, Change& change);

 private:
  std::vector<Socket> sockets_;
};

}  // namespace countd::net
