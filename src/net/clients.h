// The connections of one thread: their register, the buffer their replies are formatted in, and
// the tick that closes what has been idle or stalled too long.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "commands/session.h"
#include "net/connection.h"
#include "protocol/byte_buffer.h"
#include "shard/shard.h"

namespace countd::commands {
class ServerView;
}

namespace countd::net {

/// What a connection asks of the server; implemented by the composition root.
class Front {
 public:
  virtual ~Front() = default;
  /// The server as `connection`'s administrative request sees it; valid during the call.
  virtual void with_view(Connection& connection,
                         const std::function<void(commands::ServerView&)>& use) = 0;
  virtual void connection_closed(const commands::Session& session) = 0;
  /// What the connection was to hear of goes to the client that it has redirected to.
  virtual void redirect(const Connection& connection,
                        const std::shared_ptr<const tracking::KeyNames>& keys) = 0;
};

class Clients {
 public:
  Clients(shard::Shard& shard, Front& front);

  void start();
  /// Takes over an accepted socket (its descriptor), on this thread.
  void adopt(int descriptor, commands::Session session);
  void forget(Connection& connection);
  /// The connection is ready for more input: it reads when the next turn begins. By then the
  /// client has often sent already, and the read that Asio tries first is not in vain.
  void read_next_turn(Connection& connection) { readers_.emplace_back(&connection); }
  void wait_for_resume(Connection& connection);
  /// The connection's replies are formatted and may be sent when `epoch` is durable.
  void withhold(Connection& connection, std::uint64_t epoch);
  /// Sends what was withheld for epochs up to this one.
  void release_withheld(std::uint64_t durable);
  /// What is withheld will never be known to be durable: closes those connections, unanswered.
  void close_withheld();
  void resume_all();
  void close_all();
  /// Those that `push` names, or all, hear of it.
  void invalidate(const tracking::Push& push);
  /// Null: there is none of that number here.
  [[nodiscard]] Connection* find(std::uint64_t id) const;
  void for_each(const std::function<void(Connection&)>& visit);
  [[nodiscard]] std::size_t size() const { return connections_.size(); }

  Front& front() { return front_; }
  protocol::ByteBuffer& scratch() { return scratch_; }

 private:
  void tick();
  void start_reads();

  shard::Shard& shard_;
  Front& front_;
  boost::asio::steady_timer timer_;
  protocol::ByteBuffer scratch_;
  std::unordered_map<std::uint64_t, boost::intrusive_ptr<Connection>> connections_;
  std::vector<boost::intrusive_ptr<Connection>> readers_;
  std::vector<boost::intrusive_ptr<Connection>> paused_;
  struct Withheld {
    boost::intrusive_ptr<Connection> connection;
    std::uint64_t epoch;
  };
  std::deque<Withheld> withheld_;  // epochs ascend
};

}  // namespace countd::net
