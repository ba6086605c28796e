#include "net/connection.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "commands/command.h"
#include "config/options.h"
#include "net/clients.h"
#include "net/reply_formatter.h"

namespace countd::net {
namespace {

// A wave's replies are meant to stay below this; see adapt_wave_limit.
constexpr std::size_t kWaveReplyBytes = 1 << 20;
constexpr std::size_t kFirstWaveLimit = 16;
constexpr std::size_t kScratchKept = 1 << 20;
// Of a connection that waits for the disk again and again.
constexpr std::size_t kWithheldKept = 4 << 10;

}  // namespace

Connection::Connection(Socket socket, shard::Shard& shard, Clients& clients,
                       commands::Session session)
    : socket_(std::move(socket)),
      shard_(shard),
      clients_(clients),
      session_(std::move(session)),
      parser_({}),
      wave_limit_(kFirstWaveLimit) {
  apply_limits();
}

Connection::~Connection() = default;

void Connection::start() { read(); }

void Connection::apply_limits() {
  limits_authenticated_ = session_.authenticated;
  limits_bulk_bytes_ = shard_.executor().options().proto_max_bulk_len;
  protocol::ParserLimits limits;
  limits.max_bulk_bytes = limits_bulk_bytes_;
  limits.authenticated = limits_authenticated_;
  parser_.set_limits(limits);
}

void Connection::read() {
  if (!open_) return;
  reading_ = true;
  input_.make_room(input_.empty() ? 1 : parser_.missing());
  socket_.async_read_some(
      boost::asio::buffer(input_.free_begin(), input_.free_bytes()),
      boost::asio::bind_allocator(HandlerAllocator<>(handler_memory_),
                                  [self = boost::intrusive_ptr<Connection>(this)](
                                      const boost::system::error_code& error, std::size_t bytes) {
                                    self->on_read(error, bytes);
                                  }));
}

void Connection::on_read(const boost::system::error_code& error, std::size_t bytes) {
  reading_ = false;
  if (!open_) return;
  if (error) return close();
  shard_.enter();
  input_.commit(bytes);
  session_.bytes_in += bytes;
  session_.last_active = shard_.executor().now();
  shard_.metrics().bytes_in.add(bytes);
  if (input_.view().size() > shard_.executor().options().client_query_buffer_limit) return close();
  if (sending()) [[unlikely]] {
    more_input_ = true;  // a push is on its way: sent_all goes on
    return;
  }
  begin_wave();
}

// Options that have changed hold for the next request.
void Connection::follow_limits() {
  if (limits_bulk_bytes_ != shard_.executor().options().proto_max_bulk_len) [[unlikely]]
    apply_limits();
}

void Connection::begin_wave() {
  follow_limits();
  wave_ = &shard_.turn().new_wave(*this);
  wave_->client = {session_.id, shard_.index(), session_.tracking.no_loop};
  self_ = this;
  more_input_ = false;
  go_on();
}

[[gnu::always_inline]] inline bool Connection::dispatch(shard::Request request) {
  switch (shard_.dispatcher().dispatch(*wave_, session_, request)) {
    case shard::Dispatched::kGoOn:
      if (session_.authenticated != limits_authenticated_) [[unlikely]]
        apply_limits();
      return true;
    case shard::Dispatched::kBarrier:
      barrier_ = request;
      shard_.turn().activate(*wave_);
      return false;
    case shard::Dispatched::kPaused:
      pause_at(request);
      return false;
  }
  return false;
}

// What came before is answered; the request goes back to the input, and a later wave begins with
// it.
void Connection::pause_at(shard::Request request) {
  wave_->words.resize(request.first_word);
  input_.take_back(parser_.consumed());
  more_input_ = true;
  paused_ = true;
  clients_.wait_for_resume(*this);
  complete_wave();
}

// False: the wave is complete, or waits.
[[gnu::always_inline]] inline bool Connection::parse_one() {
  if (!open_ || session_.close_after_reply) {
    complete_wave();
    return false;
  }
  if (wave_->slots.size() >= wave_limit_) {
    more_input_ = true;
    complete_wave();
    return false;
  }
  const auto first = static_cast<std::uint32_t>(wave_->words.size());
  const auto status = parser_.parse(input_.view(), wave_->words);
  if (status == protocol::ParseStatus::kNeedsMore) {
    complete_wave();
    return false;
  }
  if (status == protocol::ParseStatus::kMalformed) [[unlikely]] {
    refuse(parser_.error());
    return false;
  }
  input_.consume(parser_.consumed());
  const auto words = static_cast<std::uint32_t>(wave_->words.size()) - first;
  return words == 0 || dispatch({first, words});
}

// Parses and dispatches until the bytes are used up, the wave is full, or a barrier stands next.
void Connection::go_on() {
  while (parse_one()) {
  }
}

void Connection::refuse(std::string_view text) {
  shard_.metrics().protocol_errors.add(1);
  commands::Reply(wave_->add_slot(), wave_->bytes, session_.version, shard::kOwnArena).error(text);
  session_.close_after_reply = true;
  complete_wave();
}

void Connection::complete_wave() {
  if (wave_->slots.empty()) {
    end_wave();
    if (open_ && session_.close_after_reply) return close();
    if (open_ && !paused_) read();
    return;
  }
  wave_->complete = true;
  shard_.turn().activate(*wave_);
}

void Connection::wave_idle(shard::Wave& wave) {
  const boost::intrusive_ptr<Connection> alive(this);
  if (!open_) barrier_.reset();
  if (barrier_) {
    const auto request = *std::exchange(barrier_, std::nullopt);
    clients_.front().with_view(*this, [&](commands::ServerView& view) {
      shard_.dispatcher().run_barrier(wave, session_, request, view);
    });
    if (wave.outstanding != 0) return;
    shard_.follow_options();
    follow_limits();
  }
  go_on();
}

void Connection::resume() {
  const boost::intrusive_ptr<Connection> alive(this);
  paused_ = false;
  // Otherwise what is under way goes on by itself.
  if (open_ && wave_ == nullptr && !sending()) begin_wave();
}

void Connection::wave_done(shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas) {
  const boost::intrusive_ptr<Connection> alive(this);
  auto& out = clients_.scratch();
  out.clear();
  format_replies(wave, arenas, out, shard_.metrics());
  adapt_wave_limit(wave.slots.size(), out.size());
  const bool wrote = wave.writes;
  end_wave();
  if (!open_) return;
  if (!pushes_.empty()) [[unlikely]] {
    // The client may have asked for RESP2 meanwhile, which has none.
    if (session_.version == protocol::Version::kResp3) out.append(pushes_.view());
    pushes_.clear();
  }
  auto* const log = shard_.log();
  const std::uint64_t epoch = log != nullptr ? log->must_wait_for() : 0;
  if (epoch == 0 && log != nullptr && log->must_close(wrote)) [[unlikely]]
    return close();
  hand_over(out, epoch);
}

void Connection::hand_over(protocol::ByteBuffer& out, std::uint64_t epoch) {
  if (epoch != 0) {
    unsent_.append(out.view());
    withheld_ = true;
    clients_.withhold(*this, epoch);
  } else {
    send(out);
  }
  out.clear();
  out.shrink(kScratchKept);
}

void Connection::end_wave() {
  shard_.turn().recycle(*std::exchange(wave_, nullptr));
  parser_.release();
  // The caller still holds a reference.
  self_.reset();
}

// Aims at waves whose replies stay below a bound: a pipeline of requests for large values is run
// in smaller waves.
void Connection::adapt_wave_limit(std::size_t requests, std::size_t reply_bytes) {
  if (reply_bytes > kWaveReplyBytes) {
    wave_limit_ = std::max<std::size_t>(1, requests * kWaveReplyBytes / reply_bytes);
  } else if (requests == wave_limit_ && reply_bytes < kWaveReplyBytes / 4) {
    wave_limit_ = std::min(shard::kMaxWave, wave_limit_ * 2);
  }
}

void Connection::send(protocol::ByteBuffer& out) {
  const auto sent = send_some(out.view());
  if (!sent) return;
  if (*sent == out.size()) return sent_all();
  unsent_.append(out.view().substr(*sent));
  if (check_hard_limit()) write_rest();
}

// False: there is too much for the client to read, and it is closed.
bool Connection::check_hard_limit() {
  const auto& limit = output_limit();
  if (limit.hard_bytes == 0 || unsent_.size() + pushes_.size() <= limit.hard_bytes) return true;
  shard_.metrics().buffer_limit_disconnects.add(1);
  close();
  return false;
}

void Connection::release() {
  withheld_ = false;
  if (!open_) return;
  const auto sent = send_some(unsent_.view());
  if (!sent) return;
  unsent_.consume(*sent);
  if (!unsent_.empty()) return write_rest();
  unsent_.shrink(kWithheldKept);
  sent_all();
}

// How many bytes the socket took at once; nothing if the connection has failed and is closed.
std::optional<std::size_t> Connection::send_some(std::string_view bytes) {
  if (bytes.empty()) return 0;
  boost::system::error_code error;
  const std::size_t sent =
      socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != boost::asio::error::would_block) {
    close();
    return std::nullopt;
  }
  session_.bytes_out += sent;
  shard_.metrics().bytes_out.add(sent);
  return sent;
}

void Connection::sent_all() {
  if (session_.close_after_reply) return close();
  if (!pushes_.empty()) [[unlikely]]
    return send_pushes();
  if (paused_) [[unlikely]]
    return;
  if (more_input_) return begin_wave();
  if (reading_) return;
  reading_ = true;
  clients_.read_next_turn(*this);
}

void Connection::write_rest() {
  writing_ = true;
  socket_.async_write_some(
      boost::asio::buffer(unsent_.data(), unsent_.size()),
      boost::asio::bind_allocator(HandlerAllocator<>(handler_memory_),
                                  [self = boost::intrusive_ptr<Connection>(this)](
                                      const boost::system::error_code& error, std::size_t bytes) {
                                    self->on_sent(error, bytes);
                                  }));
}

void Connection::on_sent(const boost::system::error_code& error, std::size_t bytes) {
  writing_ = false;
  if (!open_) return;
  if (error) return close();
  shard_.enter();
  session_.bytes_out += bytes;
  session_.last_active = shard_.executor().now();
  shard_.metrics().bytes_out.add(bytes);
  unsent_.consume(bytes);
  if (!unsent_.empty()) return write_rest();
  unsent_.shrink(0);
  over_soft_limit_since_ = 0;
  sent_all();
}

void Connection::close_soon() {
  session_.close_after_reply = true;
  if (wave_ == nullptr && unsent_.empty()) close();
}

void Connection::close() {
  if (!open_) return;
  open_ = false;
  const boost::intrusive_ptr<Connection> alive(this);
  boost::system::error_code ignored;
  socket_.close(ignored);
  clients_.forget(*this);
}

const config::OutputBufferLimit& Connection::output_limit() const {
  return shard_.executor().options().client_output_buffer_limit[config::kNormalClient];
}

bool Connection::check_deadlines(const config::Options& options, storage::Millis now) {
  const auto idle_ms = now - session_.last_active;
  const bool idle = wave_ == nullptr && !paused_;
  const bool partial = idle && unsent_.empty() && !input_.empty();
  const auto over = [idle_ms](int seconds) { return seconds > 0 && idle_ms > seconds * 1000ll; };
  if ((partial && over(options.partial_request_timeout)) || (idle && over(options.timeout)) ||
      (waits_unread() && hung_up())) {
    close();
  } else if (const auto& limit = output_limit();
             limit.soft_bytes != 0 && unsent_.size() + pushes_.size() > limit.soft_bytes) {
    if (over_soft_limit_since_ == 0) over_soft_limit_since_ = now;
    if (now - over_soft_limit_since_ >= limit.soft_seconds * 1000) {
      shard_.metrics().buffer_limit_disconnects.add(1);
      close();
    }
  } else {
    over_soft_limit_since_ = 0;
  }
  return open_;
}

// For as long as others please, and no read is under way that would tell that the client is gone.
bool Connection::waits_unread() const {
  if (paused_) return true;
  return wave_ != nullptr && session_.last_command != nullptr &&
         (session_.last_command->flags & commands::kBlocking) != 0;
}

bool Connection::hung_up() {
  pollfd polled{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&polled, 1, 0) > 0;
}

void Connection::describe_state() {
  session_.query_buffer_bytes = input_.view().size();
  session_.output_buffer_bytes = unsent_.size() + pushes_.size();
  session_.blocked = waits_unread();
}

void Connection::describe(metrics::SlowLogEntry& entry) const {
  entry.peer = session_.peer_address;
  entry.client_name = session_.name;
}

}  // namespace countd::net
