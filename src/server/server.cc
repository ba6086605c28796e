#include "server/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

#include "config/options.h"
#include "server/admin_view.h"
#include "server/process.h"

namespace countd::server {
namespace {

constexpr std::chrono::milliseconds kCronPeriod{100};
constexpr std::string_view kTooManyText = "-ERR max number of clients reached\r\n";

}  // namespace

Server::Server(config::Store& store, Log& log, std::string executable)
    : store_(store),
      log_(log),
      executable_(std::move(executable)),
      run_id_(random_id()),
      replication_id_(random_id()) {
  build_shards();
}

Server::~Server() = default;

void Server::build_shards() {
  const auto& options = store_.current();
  shared_.shards = thread_count(options.threads, std::thread::hardware_concurrency());
  const auto count = static_cast<std::size_t>(shared_.shards);
  shared_.table = &table_;
  shared_.slow_log = &slow_log_;
  shared_.clock = &clock_;
  shared_.peers = this;
  snapshots_ = std::make_unique<Snapshots>(*this);
  append_only_ = std::make_unique<AppendOnly>(log_host_);
  log_gate_ = std::make_unique<shard::LogGate>(count);
  shared_.log = log_gate_.get();
  if (options.appendonly) open_error_ = append_only_->opening().open();
  // With the seed of the file the entries come in the order of the table.
  shared_.hash_seed = options.appendonly ? append_only_->opening().file_seed() : 0;
  if (shared_.hash_seed == 0) shared_.hash_seed = snapshots_->file_seed();
  if (shared_.hash_seed == 0) shared_.hash_seed = random_bits();
  slices_ = std::vector<shard::Slice>(count);
  for (auto& slice : slices_) {
    shared_.published.emplace_back(options.databases);
    storage::KeyspaceOptions keyspace;
    keyspace.databases = options.databases;
    keyspace.hash_seed = shared_.hash_seed;
    keyspace.random_seed = random_bits();
    slice.keys = std::make_unique<storage::Keyspace>(keyspace);
    slice.keys->set_eviction_policy(options.maxmemory_policy, options.lfu_log_factor,
                                    options.lfu_decay_time);
  }
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(
        std::make_unique<shard::Shard>(static_cast<int>(i), slices_, shared_, store_, *this));
    clients_.push_back(std::make_unique<net::Clients>(*shards_[i], *this));
  }
  invalidations_ = std::make_unique<Invalidations>(shards_, clients_, random_bits());
  shared_.tracking = &invalidations_->tracking();
  statistics_ = std::make_unique<Statistics>(shards_, shared_);
  started_ = clock_.now();
  store_.on_change([this](const config::Options& now, std::span<const std::string_view> names) {
    options_changed(now, names);
  });
}

std::string Server::prepare() {
  const auto& options = store_.current();
  max_clients_ = fit_descriptors(options.maxclients, shared_.shards);
  if (max_clients_ < options.maxclients) {
    log_.warning(fmt::format("The limit of open files allows {} clients instead of {}.",
                             max_clients_.load(), options.maxclients));
  }
  const auto keys = keyspaces();
  snapshots_->sweep();
  if (auto error = load(keys); !error.empty()) return error;
  // Until now time stood still: a log speaks of entries that have expired since.
  for (auto* const each : keys) each->begin_turn(clock_.now());
  publish(keys);
  startup_bytes_ = allocator_bytes().allocated;
  listener_ = std::make_unique<net::Listener>(shards_[0]->context(), store_,
                                              [this](int descriptor, commands::Session session) {
                                                accept(descriptor, std::move(session));
                                              });
  store_.set_trial([this](const config::Options& before, const config::Options& wanted) {
    return try_to_listen(before, wanted);
  });
  return listener_->open();
}

std::optional<config::Store::Failure> Server::try_to_listen(const config::Options& before,
                                                            const config::Options& wanted) {
  const bool moves = before.port != wanted.port;
  if (!moves && before.bind == wanted.bind) return std::nullopt;
  const auto error = listener_->listen_elsewhere(wanted);
  if (error.empty()) return std::nullopt;
  log_.warning(error);
  if (!moves) return config::Store::Failure{"bind", "Failed to bind to specified addresses."};
  return config::Store::Failure{"port", "Unable to listen on this port. Check server logs."};
}

std::vector<storage::Keyspace*> Server::keyspaces() const {
  std::vector<storage::Keyspace*> keys;
  for (const auto& slice : slices_) keys.push_back(slice.keys.get());
  return keys;
}

// Where there is no log yet the snapshot is not passed over: what it holds begins the log.
std::string Server::load(std::span<storage::Keyspace* const> keys) {
  if (!store_.current().appendonly) return snapshots_->load(keys);
  if (!open_error_.empty()) return open_error_;
  auto& opening = append_only_->opening();
  std::string error;
  if (opening.empty()) {
    error = snapshots_->load(keys);
    if (error.empty()) error = opening.begin_with(keys);
  } else {
    error = opening.load(keys, table_, shared_.hash_seed);
  }
  if (error.empty()) append_only_->begin(keys);
  return error;
}

void Server::publish(std::span<storage::Keyspace* const> keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    shared_.published[i].update(*keys[i]);
    shared_.published[i].update_sizes(*keys[i]);
  }
}

int Server::run() {
  watch_signals();
  cron_timer_ = std::make_unique<boost::asio::steady_timer>(shards_[0]->context());
  cron();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i] { clients_[i]->start(); });
  }
  for (std::size_t i = 1; i < shards_.size(); ++i) {
    threads_.emplace_back([this, i] { shards_[i]->run(); });
  }
  log_.notice("Ready to accept connections");
  tell_supervisor("READY=1");
  shards_[0]->run();
  for (auto& thread : threads_) thread.join();
  snapshots_->abandon();
  append_only_->close(keyspaces());
  log_.notice("countd is now ready to exit, bye bye...");
  return exit_code_;
}

void Server::tell_supervisor(std::string_view state) const {
  if (store_.current().supervised != config::Supervised::kNo) notify_supervisor(state);
}

void Server::watch_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  signals_ = std::make_unique<boost::asio::signal_set>(shards_[0]->context(), SIGINT, SIGTERM);
  signals_->async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    log_.warning(fmt::format("Received {} scheduling shutdown...",
                             signal == SIGTERM ? "SIGTERM" : "SIGINT"));
    begin_stop(!store_.current().save.empty(), false, [this](bool ok) {
      if (!ok) watch_signals();
    });
  });
}

void Server::accept(int descriptor, commands::Session session) {
  auto& metrics = shards_[0]->metrics();
  metrics.connections_received.add(1);
  if (open_connections_.load() >= std::min(max_clients_.load(), store_.current().maxclients)) {
    metrics.connections_rejected.add(1);
    [[maybe_unused]] const auto written =
        ::write(descriptor, kTooManyText.data(), kTooManyText.size());
    ::close(descriptor);
    return;
  }
  open_connections_.fetch_add(1);
  const auto now = clock_.now();
  session.id = next_client_id_.fetch_add(1);
  session.descriptor = descriptor;
  session.created = now;
  session.last_active = now;
  session.authenticated = store_.current().requirepass.empty();
  const std::size_t thread = choose_thread();
  invalidations_->connected(session.id, static_cast<int>(thread));
  if (thread == 0) return clients_[0]->adopt(descriptor, std::move(session));
  shards_[thread]->post([this, thread, descriptor, session = std::move(session)]() mutable {
    clients_[thread]->adopt(descriptor, std::move(session));
  });
}

std::size_t Server::choose_thread() {
  if (shards_.size() == 1) return 0;
  std::vector<ThreadLoad> loads;
  for (const auto& shard : shards_) {
    loads.push_back({shard->busy_percent(), shard->metrics().connections.get()});
  }
  return place(store_.current().connection_placement, loads, idle_percent_);
}

void Server::connection_closed(const commands::Session& session) {
  open_connections_.fetch_sub(1);
  append_only_->unblock(session.id, false);
  invalidations_->closed(session);
}

void Server::complete(int thread, shard::MailNode& node) {
  shards_[static_cast<std::size_t>(thread)]->complete(node);
}

void Server::wake(int thread) { shards_[static_cast<std::size_t>(thread)]->wake(); }

void Server::with_view(net::Connection& connection,
                       const std::function<void(commands::ServerView&)>& use) {
  AdminView view(*this, connection);
  use(view);
}

void Server::cron() {
  const auto now = clock_.now();
  statistics_->sample(now, allocator_bytes().allocated);
  if (shards_.size() > 1) {
    std::ifstream file("/proc/stat");
    std::string line;
    std::getline(file, line);
    idle_percent_ = idle_gauge_.update(line);
  }
  if (pause_.end_if_due(now)) resume_clients();
  snapshots_->check(now);
  append_only_->check();
  cron_timer_->expires_after(kCronPeriod);
  cron_timer_->async_wait([this](const boost::system::error_code& error) {
    if (!error) cron();
  });
}

void Server::begin_stop(bool save, bool force, std::function<void(bool)> done) {
  shards_[0]->post([this, save, force, done = std::move(done)] {
    stop_waiters_.push_back(done);
    if (std::exchange(stopping_, true)) return;
    if (!save) return stop_now();
    log_.notice("Saving the final RDB snapshot before exiting.");
    snapshots_->start_after([this, force](bool ok, const std::string& error) {
      if (ok || force) return stop_now();
      log_.warning("Error trying to save the DB, can't exit: " + error);
      stopping_ = false;
      tell_stop_waiters(false);
    });
  });
}

void Server::tell_stop_waiters(bool ok) {
  for (const auto& done : std::exchange(stop_waiters_, {})) done(ok);
}

// The loops end only after every thread has closed its connections.
void Server::stop_now() {
  tell_supervisor("STOPPING=1");
  tell_stop_waiters(true);
  listener_->close();
  signals_->cancel();
  cron_timer_->cancel();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i] {
      clients_[i]->close_all();
      shards_[i]->stop();
    });
  }
}

void Server::for_each_client(const std::function<void(net::Connection&)>& visit,
                             std::function<void()> done) {
  const auto left = std::make_shared<std::atomic<std::size_t>>(shards_.size());
  const auto finish = std::make_shared<std::function<void()>>(std::move(done));
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i, visit, left, finish] {
      clients_[i]->for_each(visit);
      if (left->fetch_sub(1) == 1) (*finish)();
    });
  }
}

void Server::set_gate(shard::Gate gate, bool on) {
  on ? shared_.gates.fetch_or(gate) : shared_.gates.fetch_and(~static_cast<std::uint32_t>(gate));
}

void Server::release_withheld(std::uint64_t durable) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i, durable] { clients_[i]->release_withheld(durable); });
  }
}

void Server::close_withheld() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i] { clients_[i]->close_withheld(); });
  }
}

void Server::unpause() {
  pause_.end();
  resume_clients();
}

void Server::resume_clients() {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->post([this, i] { clients_[i]->resume_all(); });
  }
}

void Server::set_active_expire(bool on) {
  for (auto& shard : shards_) {
    shard->post([&shard, on] { shard->upkeep().set_active_expire(on); });
  }
}

void Server::options_changed(const config::Options& now, std::span<const std::string_view> names) {
  for (const auto name : names) {
    if (name == "loglevel") log_.set_level(now.loglevel);
    if (name.starts_with("append") || name.starts_with("aof") ||
        name == "no-appendfsync-on-rewrite") {
      append_only_->options_changed();
    }
    if (name == "maxclients") max_clients_ = fit_descriptors(now.maxclients, shared_.shards);
  }
}

Facts Server::facts() const {
  Facts facts;
  facts.options = &store_.current();
  facts.threads = shared_.shards;
  facts.now = clock_.now();
  facts.started = started_;
  facts.run_id = run_id_;
  facts.replication_id = replication_id_;
  facts.executable = executable_;
  facts.conf_path = store_.conf_path();
  facts.connections = statistics_->connections();
  facts.blocked = append_only_->waiting();
  facts.max_clients = max_clients_.load();
  facts.allocator = allocator_bytes();
  facts.used_bytes = facts.allocator.allocated;
  facts.startup_bytes = startup_bytes_;
  facts.keyspace_bytes = shared_.memory_bytes();
  facts.resident_bytes = resident_bytes();
  facts.peak_bytes = statistics_->peak_bytes();
  facts.cpu = cpu_times();
  facts.totals = statistics_->totals();
  facts.ops_per_second = statistics_->ops_per_second();
  facts.input_kbps = statistics_->input_kbps();
  facts.output_kbps = statistics_->output_kbps();
  facts.snapshot = snapshots_->facts(facts.now, facts.totals.changes);
  facts.log = append_only_->facts();
  facts.tracking = invalidations_->facts();
  for (std::size_t db = 0; db < static_cast<std::size_t>(facts.options->databases); ++db) {
    facts.databases.push_back(database_facts(static_cast<int>(db)));
  }
  const auto commands = statistics_->commands();
  for (std::size_t i = 0; i < commands.size(); ++i) {
    facts.commands.push_back({table_.full_name(table_.rows()[i]), commands[i]});
  }
  facts.latencies = [this] { return statistics_->latencies(); };
  facts.errors = statistics_->errors();
  return facts;
}

DatabaseFacts Server::database_facts(int db) const {
  DatabaseFacts facts;
  facts.db = db;
  for (const auto& published : shared_.published) {
    const auto& sizes = published.sizes()[static_cast<std::size_t>(db)];
    facts.keys += sizes.keys.get();
    facts.expires += sizes.expires.get();
    facts.average_ttl_ms = std::max(facts.average_ttl_ms, sizes.average_ttl_ms.get());
  }
  return facts;
}

}  // namespace countd::server
