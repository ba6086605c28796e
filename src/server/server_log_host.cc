#include "server/server_log_host.h"

#include <string>
#include <utility>

#include "persistence/append_log_thread.h"
#include "server/server.h"

namespace countd::server {

const config::Options& ServerLogHost::options() const { return server_.store().current(); }

storage::Millis ServerLogHost::now() const { return server_.now(); }

storage::Millis ServerLogHost::steady_now() const {
  return server_.shared().clock->nanoseconds() / 1'000'000;
}

shard::LogGate& ServerLogHost::gate() { return server_.log_gate(); }

void ServerLogHost::notice(std::string_view text) { server_.log().notice(std::string(text)); }

void ServerLogHost::warning(std::string_view text) { server_.log().warning(std::string(text)); }

void ServerLogHost::post(std::function<void()> work) { server_.shard(0).post(std::move(work)); }

void ServerLogHost::release_withheld(std::uint64_t durable) { server_.release_withheld(durable); }

void ServerLogHost::close_withheld() { server_.close_withheld(); }

void ServerLogHost::refuse_writes(bool on) { server_.set_gate(shard::kLogGate, on); }

void ServerLogHost::check_out_all(WithAll run) {
  server_.shard(0).turn().check_out_all(std::move(run));
}

void ServerLogHost::wake_for_parts() { server_.shard(0).wake_for_parts(); }

void ServerLogHost::start_base(BaseJob job) { server_.snapshots().start_base(std::move(job)); }

persistence::SnapshotResult ServerLogHost::write_base(const persistence::SnapshotTarget& target,
                                                      std::span<storage::Keyspace* const> keys) {
  return server_.snapshots().write_base(target, keys);
}

std::unique_ptr<persistence::LogWorker> ServerLogHost::make_worker(
    persistence::AppendLogStart start, persistence::AppendLogEvents events) {
  return std::make_unique<persistence::AppendLogThread>(disk_, log_target(options()),
                                                        std::move(start), std::move(events));
}

}  // namespace countd::server
