#include "server/admin_view.h"

#include <utility>

#include "net/deferred.h"
#include "server/info.h"
#include "server/server.h"

namespace countd::server {

std::shared_ptr<commands::DeferredReply> AdminView::defer(commands::Reply& reply) {
  return net::defer_reply(connection_, reply);
}

config::Store& AdminView::config() { return server_.store(); }

metrics::SlowLog& AdminView::slow_log() { return server_.slow_log(); }

std::string AdminView::info(const std::vector<std::string>& sections) {
  return info_text(server_.facts(), sections);
}

void AdminView::reset_statistics() { server_.statistics().reset(); }

bool AdminView::start_snapshot(std::function<void(bool, std::string)> done) {
  return server_.snapshots().start(std::move(done));
}

commands::SnapshotStatus AdminView::snapshot_status() {
  const auto facts = server_.snapshots().facts(server_.now(), server_.statistics().changes());
  return {facts.running, facts.last_save, facts.last_ok};
}

bool AdminView::rewrite_log() { return server_.append_only().rewrite(); }

bool AdminView::log_on() const { return server_.append_only().on(); }

void AdminView::when_durable(const commands::DurableWait& wait, std::function<void(bool)> done) {
  server_.append_only().when_durable(wait, std::move(done));
}

bool AdminView::unblock_client(std::uint64_t id, bool refuse) {
  return server_.append_only().unblock(id, refuse);
}

void AdminView::reload(std::function<void(bool, std::string)> done) {
  server_.snapshots().reload(std::move(done));
}

void AdminView::shutdown(commands::ShutdownSave save, bool force, std::function<void(bool)> done) {
  const bool saves =
      save == commands::ShutdownSave::kSave ||
      (save == commands::ShutdownSave::kAsConfigured && !server_.store().current().save.empty());
  server_.log().warning("User requested shutdown...");
  server_.begin_stop(saves, force, std::move(done));
}

commands::Session& AdminView::session() {
  connection_.describe_state();
  return connection_.session();
}

void AdminView::for_each_client(std::function<void(commands::ClientRef&)> visit,
                                std::function<void()> done) {
  const auto caller = connection_.session().id;
  server_.for_each_client(
      [visit = std::move(visit), caller](net::Connection& connection) {
        connection.describe_state();
        const bool is_caller = connection.session().id == caller;
        commands::ClientRef client{connection.session(), is_caller, [&connection, is_caller] {
                                     is_caller ? connection.close_soon() : connection.close();
                                   }};
        visit(client);
      },
      std::move(done));
}

std::optional<int> AdminView::thread_of_client(std::uint64_t id) {
  return server_.invalidations().thread_of(id);
}

void AdminView::tracking_changed() {
  server_.invalidations().changed(connection_.session(), connection_.shard().index());
}

void AdminView::pause_clients(storage::Millis until, bool all) {
  server_.pause().begin(until, all);
}

void AdminView::unpause_clients() { server_.unpause(); }

void AdminView::set_active_expire(bool on) { server_.set_active_expire(on); }

void AdminView::set_peak_memory_reset() { server_.statistics().reset_peak(); }

}  // namespace countd::server
