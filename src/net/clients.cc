#include "net/clients.h"

#include <chrono>
#include <utility>

namespace countd::net {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

Clients::Clients(shard::Shard& shard, Front& front)
    : shard_(shard), front_(front), timer_(shard.context()) {}

void Clients::start() {
  shard_.before_poll([this] { start_reads(); });
  tick();
}

void Clients::start_reads() {
  for (const auto& connection : readers_) connection->read();
  readers_.clear();
}

void Clients::adopt(int descriptor, commands::Session session) {
  Connection::Socket socket(shard_.context());
  boost::system::error_code error;
  // The family is not used after this: generic sockets only move bytes.
  socket.assign(boost::asio::generic::stream_protocol(AF_INET, IPPROTO_TCP), descriptor, error);
  if (error) {
    ::close(descriptor);
    return front_.connection_closed(session);
  }
  socket.non_blocking(true, error);
  const auto id = session.id;
  boost::intrusive_ptr<Connection> connection(
      new Connection(std::move(socket), shard_, *this, std::move(session)));
  connections_.emplace(id, connection);
  shard_.metrics().connections.set(connections_.size());
  connection->start();
}

void Clients::forget(Connection& connection) {
  connections_.erase(connection.session().id);
  shard_.metrics().connections.set(connections_.size());
  front_.connection_closed(connection.session());
}

void Clients::wait_for_resume(Connection& connection) { paused_.emplace_back(&connection); }

void Clients::withhold(Connection& connection, std::uint64_t epoch) {
  withheld_.push_back({&connection, epoch});
  shard_.log()->count_waiting(1);
}

void Clients::release_withheld(std::uint64_t durable) {
  while (!withheld_.empty() && withheld_.front().epoch <= durable) {
    const auto connection = std::move(withheld_.front().connection);
    withheld_.pop_front();
    shard_.log()->count_waiting(-1);
    connection->release();
  }
}

void Clients::close_withheld() {
  shard_.log()->count_waiting(-static_cast<std::ptrdiff_t>(withheld_.size()));
  for (const auto& each : std::exchange(withheld_, {})) each.connection->close();
}

void Clients::resume_all() {
  for (const auto& connection : std::exchange(paused_, {})) connection->resume();
}

void Clients::close_all() {
  auto all = std::exchange(connections_, {});
  for (const auto& [id, connection] : all) connection->close();
}

void Clients::invalidate(const tracking::Push& push) {
  if (push.clients.empty()) {
    return for_each([&](Connection& connection) { connection.invalidate(push.keys); });
  }
  for (const auto id : push.clients) {
    if (const boost::intrusive_ptr<Connection> connection{find(id)}) {
      connection->invalidate(push.keys);
    }
  }
}

Connection* Clients::find(std::uint64_t id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

void Clients::for_each(const std::function<void(Connection&)>& visit) {
  // A visit may close a connection, which takes it out of the register.
  std::vector<boost::intrusive_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [id, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) visit(*connection);
}

void Clients::tick() {
  shard_.enter();
  const auto& options = shard_.executor().options();
  const auto now = shard_.executor().now();
  for_each([&](Connection& connection) { connection.check_deadlines(options, now); });
  resume_all();  // those that are still paused come back at once
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

}  // namespace countd::net
