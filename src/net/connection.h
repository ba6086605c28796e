// A connection: reads, splits what arrived into requests, dispatches them as one wave, and sends
// the wave's replies with one write. One wave is under way at a time, and reading stops while a
// reply waits for the peer, so a client that does not read cannot grow the server's memory beyond
// one wave.
//
// Lives on one shard's thread; counted by (unsynchronised) reference: its reads and writes under
// way, and its wave, keep it alive after the socket has closed.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "commands/session.h"
#include "net/handler_memory.h"
#include "net/input_buffer.h"
#include "protocol/byte_buffer.h"
#include "protocol/request_parser.h"
#include "shard/shard.h"
#include "tracking/shard_tracker.h"

namespace countd::net {

class Clients;

class Connection final
    : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter>,
      public shard::WaveOwner {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// `clients` is the register of this thread's connections, and outlives them.
  Connection(Socket socket, shard::Shard& shard, Clients& clients, commands::Session session);
  ~Connection();

  void start();
  /// Starts the next read, if the connection is still open.
  void read();
  /// Closes once what is under way has been answered.
  void close_soon();
  void close();
  [[nodiscard]] bool open() const { return open_; }
  /// Clients are not paused any longer: goes on where it stopped.
  void resume();
  /// The replies that were withheld may be sent.
  void release();
  /// What the client has read, or everything, may have changed: tells it, or whom it has redirected
  /// to, as soon as no reply is on its way. Clients that do not track, or do not speak RESP3, hear
  /// nothing.
  void invalidate(const std::shared_ptr<const tracking::KeyNames>& keys);
  /// What another client has redirected here.
  void invalidate_for_another(const tracking::KeyNames* keys);
  /// The client that this one has redirected to is gone.
  void redirect_is_broken();
  /// Closes what has been idle or stalled too long; false if it closed.
  bool check_deadlines(const config::Options& options, storage::Millis now);

  commands::Session& session() { return session_; }
  [[nodiscard]] const commands::Session& session() const { return session_; }
  /// Fills in what CLIENT LIST shows of the buffers, and whether the client is blocked.
  void describe_state();
  [[nodiscard]] shard::Shard& shard() const { return shard_; }
  /// REQUIRES: a barrier of this connection runs.
  shard::Wave& wave() { return *wave_; }

  void wave_idle(shard::Wave& wave) override;
  void wave_done(shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas) override;
  void describe(metrics::SlowLogEntry& entry) const override;

 private:
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void begin_wave();
  void go_on();
  void pause_at(shard::Request request);
  bool parse_one();
  bool dispatch(shard::Request request);
  void refuse(std::string_view text);
  void complete_wave();
  void end_wave();
  /// Sends `out`, or keeps it until `epoch` is durable; 0: at once. Empties it.
  void hand_over(protocol::ByteBuffer& out, std::uint64_t epoch);
  bool check_hard_limit();
  void send(protocol::ByteBuffer& out);
  std::optional<std::size_t> send_some(std::string_view bytes);
  void sent_all();
  void send_pushes();
  [[nodiscard]] bool sending() const { return writing_ || withheld_; }
  void on_sent(const boost::system::error_code& error, std::size_t bytes);
  void write_rest();
  void adapt_wave_limit(std::size_t requests, std::size_t reply_bytes);
  void apply_limits();
  void follow_limits();
  [[nodiscard]] bool waits_unread() const;
  [[nodiscard]] bool hung_up();
  [[nodiscard]] const config::OutputBufferLimit& output_limit() const;

  HandlerMemory handler_memory_;
  Socket socket_;
  shard::Shard& shard_;
  Clients& clients_;
  commands::Session session_;
  protocol::RequestParser parser_;
  InputBuffer input_;
  protocol::ByteBuffer unsent_;
  protocol::ByteBuffer pushes_;            // what is to be told when no reply is on its way
  boost::intrusive_ptr<Connection> self_;  // while a wave is under way
  shard::Wave* wave_ = nullptr;
  std::optional<shard::Request> barrier_;
  std::size_t wave_limit_;
  std::int64_t limits_bulk_bytes_ = 0;
  storage::Millis over_soft_limit_since_ = 0;
  bool limits_authenticated_ = true;
  bool more_input_ = false;  // the wave ended before its input: whole requests may be waiting
  bool paused_ = false;      // the next of them waits for the end of a pause
  bool open_ = true;
  bool reading_ = false;   // a read is under way, or will be when the next turn begins
  bool writing_ = false;   // what is unsent is under way
  bool withheld_ = false;  // what is unsent waits for the log
};

}  // namespace countd::net
