#include "tests/simulation/life.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace countd::test {
namespace {

constexpr std::int64_t kLookNs = 30'000;
constexpr storage::Millis kCheckMs = 100;

}  // namespace

Life::Life(Machine& machine)
    : machine_(machine),
      random_(machine.random),
      simulation_(machine.plan.shards, machine.random.next(), kDatabases),
      gate_(static_cast<std::size_t>(machine.plan.shards), machine.plan.small_cut),
      snapshots_(machine, simulation_,
                 [this](std::span<storage::Keyspace* const> keys, const std::string& base) {
                   note_cut(keys);
                   if (!base.empty()) base_cuts_[base] = machine_.promises.last_cut();
                   if (base.empty()) machine_.promises.snapshot_cut(state_of(keys));
                 }),
      posted_(simulation_.threads.size()),
      withheld_(simulation_.threads.size()),
      log_sinks_(simulation_.threads.size()),
      append_only_(*this) {
  const auto threads = simulation_.options.threads;
  simulation_.options = machine.options;
  simulation_.options.threads = threads;
  simulation_.options.databases = kDatabases;
  simulation_.shared.log = &gate_;
  simulation_.clock.now_ms = machine.now;
  simulation_.clock.step_ns = kLookNs;
  for (int i = 0; i < threads; ++i) {
    auto& thread = simulation_.threads[static_cast<std::size_t>(i)];
    log_turns_.emplace_back(&gate_, simulation_.clock);
    upkeeps_.emplace_back(thread.turn, thread.executor, simulation_.shared, i,
                          machine.plan.slice_entries);
  }
  simulation_.on_turn = [this](int thread) { on_turn(thread); };
  simulation_.after_turn = [this](int thread) { after_turn(thread); };
  simulation_.beside = [this] { beside(); };
  joined_ = machine.options.appendonly;
  add_clients();
}

Life::~Life() {
  machine_.disk.fault = nullptr;
  machine_.tally.nested_turns += simulation_.nested_turns;
}

void Life::add_clients() {
  for (int i = 0; i < machine_.plan.clients; ++i) {
    auto& caller = simulation_.add_caller(i % machine_.plan.shards);
    const auto client = static_cast<std::size_t>(i);
    before_.emplace_back();
    caller.on_done = [this, client](const std::vector<Words>& wave, std::uint64_t began,
                                    std::uint64_t ended) {
      wave_done(client, wave, {began, ended});
    };
  }
}

// -- what happens ---------------------------------------------------------------------------------

void Life::live(std::uint64_t acts) {
  if (machine_.plan.interleaved) simulation_.interleave();
  for (; acts > 0 && !machine_.disk.down() && machine_.problem.empty(); --acts) act();
  // The disk may be broken at the end, too.
  if (random_.below(4) != 0) {
    disk_full_ = false;
    faults_left_ = 0;
  }
  // Batches on their way between threads come home: they belong to nobody else.
  simulation_.run_to_the_end();
}

void Life::act() {
  const std::uint64_t choice = random_.below(100);
  if (choice < 50) {
    feed_clients();
    simulation_.turn(static_cast<int>(random_.below(simulation_.threads.size())), false);
  } else if (choice < 70) {
    step_worker();
  } else if (choice < 80) {
    snapshots_.step();
  } else if (choice < 95) {
    pass_time(static_cast<storage::Millis>(1 + random_.below(120)));
  } else {
    act_rarely();
  }
}

void Life::act_rarely() {
  switch (random_.below(8)) {
    case 0:
    case 1:
      return snapshots_.start();
    case 2:
    case 3:
      if (append_only_.on()) append_only_.rewrite();
      return;
    case 4:
      if (machine_.plan.switches) switch_sync();
      return;
    case 5:
      if (machine_.plan.switches && random_.below(3) == 0) switch_log();
      return;
    default:
      if (machine_.plan.faults) break_disk();
  }
}

void Life::pass_time(storage::Millis ms) {
  machine_.now += ms;
  machine_.latest = std::max(machine_.latest, machine_.now);
  simulation_.clock.now_ms = machine_.now;
  simulation_.clock.now_ns += ms * 1'000'000;
  if (machine_.now < next_check_) return;
  next_check_ = machine_.now + kCheckMs;
  post([this] { append_only_.check(); });
}

void Life::feed_clients() {
  for (std::size_t i = 0; i < simulation_.callers.size(); ++i) {
    auto& caller = simulation_.callers[i];
    if (!caller.idle() || !caller.done() || random_.below(3) != 0) continue;
    before_[i] = {caller.session.db, guarded(), failures_};
    caller.queue(machine_.traffic.wave(static_cast<int>(i), caller.session.db, machine_.now));
  }
}

// The log's thread and the snapshot's work while shards are in the midst of something.
void Life::beside() {
  if (std::exchange(beside_, true)) return;
  if (random_.below(4) == 0) step_worker();
  if (random_.below(8) == 0) snapshots_.step();
  beside_ = false;
}

bool Life::step_worker() { return worker_ != nullptr && worker_->step(); }

void Life::on_turn(int thread) {
  auto& work = posted_[static_cast<std::size_t>(thread)];
  // What is posted meanwhile is for the next turn.
  for (auto left = work.size(); left > 0; --left) {
    const auto next = std::move(work.front());
    work.pop_front();
    next();
  }
}

void Life::after_turn(int index) {
  const auto i = static_cast<std::size_t>(index);
  auto& thread = simulation_.threads[i];
  const bool idle = random_.below(2) == 0;
  if (log_turns_[i].commit_is_due()) {
    thread.turn.check_out_all([this, i](std::span<storage::Keyspace* const> keys) {
      log_turns_[i].cut(keys, simulation_.threads[i].executor.now());
      note_cut(keys);
    });
    thread.more |= thread.turn.finish(nullptr);
  }
  ++log_sinks_[i].walking;
  upkeeps_[i].run(idle && !thread.more);
  --log_sinks_[i].walking;
  snapshots_.turn(index);
}

void Life::close() {
  const auto keys = keyspaces();
  snapshots_.abandon();
  const bool was_on = append_only_.on();
  const bool was_whole = whole();
  worker_ = nullptr;
  for (auto& sink : log_sinks_) ++sink.walking;
  append_only_.close(keys);
  if (machine_.disk.down() || !was_on) return;
  machine_.promises.cut(~std::uint64_t{0}, state_of(keys));
  if (!whole()) return;
  machine_.promises.log_closed();
  if (!was_whole) ++machine_.tally.last_bases;
}

std::vector<storage::Keyspace*> Life::keyspaces() {
  std::vector<storage::Keyspace*> keys;
  for (auto& slice : simulation_.slices) keys.push_back(slice.keys.get());
  return keys;
}

// The log is only in it once the log holds everything. One that was switched off may be started
// from once more: it has what there was then.
void Life::keep_options() {
  const bool again = closed_whole_ && random_.below(2) == 0;
  machine_.tally.switched_off += again ? 1 : 0;
  machine_.options.appendonly = again || (options().appendonly && joined_);
}

// -- the host -------------------------------------------------------------------------------------

void Life::check_out_all(WithAll run) {
  simulation_.threads[0].turn.check_out_all(
      [this, run = std::move(run)](std::span<storage::Keyspace* const> keys) {
        for (auto& sink : log_sinks_) ++sink.walking;
        run(keys);
        for (auto& sink : log_sinks_) --sink.walking;
        note_cut(keys);
      });
}

// With all shards checked out: if the journal has just been cut, this is what the cut says.
void Life::note_cut(std::span<storage::Keyspace* const> keys) {
  const auto& journal = gate_.journal();
  if (journal.epoch() - 1 == noted_epoch_) return;
  noted_epoch_ = journal.epoch() - 1;
  ++machine_.tally.cuts;
  machine_.promises.cut(noted_epoch_, state_of(keys));
  if (machine_.plan.planted == Planted::kDroppedLogStates) plant_in_cut(keys);
}

// What slices of the cut are still to emit goes by a sink that loses what writes emit.
void Life::plant_in_cut(std::span<storage::Keyspace* const> keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!keys[i]->log_cut_running()) continue;
    log_sinks_[i].drops = true;
    log_sinks_[i].to = &keys[i]->exchange_log_sink(log_sinks_[i]);
  }
}

void Life::release_withheld(std::uint64_t durable) {
  for (std::size_t i = 0; i < withheld_.size(); ++i) {
    posted_[i].emplace_back([this, i, durable] {
      auto& waiting = withheld_[i];
      while (!waiting.empty() && waiting.front().epoch <= durable) {
        const Withheld next = std::move(waiting.front());
        waiting.pop_front();
        simulation_.callers[next.client].held = false;
        gate_.count_waiting(-1);
        deliver(next);
      }
    });
  }
}

void Life::close_withheld() {
  for (std::size_t i = 0; i < withheld_.size(); ++i) {
    posted_[i].emplace_back([this, i] {
      for (const auto& each : std::exchange(withheld_[i], {})) {
        ++machine_.tally.closed;
        auto& caller = simulation_.callers[each.client];
        caller.session = commands::Session{};
        caller.held = false;
        gate_.count_waiting(-1);
      }
    });
  }
}

void Life::refuse_writes(bool on) {
  on ? simulation_.gates.fetch_or(shard::kLogGate)
     : simulation_.gates.fetch_and(~static_cast<std::uint32_t>(shard::kLogGate));
}

// The log is switched off, with all shards checked out: its last cut has just been made.
std::thread Life::run_aside(std::function<void()> work) {
  note_cut(keyspaces());
  worker_ = nullptr;
  work();
  closed_whole_ = whole() && !machine_.disk.down();
  if (closed_whole_) machine_.promises.log_closed();
  joined_ = false;
  return {};
}

std::unique_ptr<persistence::LogWorker> Life::make_worker(persistence::AppendLogStart start,
                                                          persistence::AppendLogEvents events) {
  joined_ = start.continues;
  if (start.sync_failed && joined_) {
    failures_ |= 1;
    ++machine_.tally.sync_marks;
  }
  closed_whole_ = false;
  auto told = events;
  events.durable = [this, told](std::uint64_t epoch) {
    if (worker_ != nullptr && worker_->syncs() && !machine_.disk.down()) {
      machine_.promises.durable(epoch);
    }
    told.durable(epoch);
  };
  events.failed = [this, told](const std::string& error) {
    ++machine_.tally.failures;
    failures_ |= 1;
    told.failed(error);
  };
  events.recovered = [this, told] {
    ++machine_.tally.recoveries;
    failures_ = (failures_ | 1) + 1;
    if (!joined_) ++guard_;
    joined_ = true;
    machine_.cache_lies = false;
    told.recovered();
  };
  events.rewrite_ended = [this, told](bool ok, const std::string& error) {
    ++(ok ? machine_.tally.rewrites : machine_.tally.failed_rewrites);
    if (ok && !machine_.disk.down()) base_published();
    told.rewrite_ended(ok, error);
  };
  auto worker = std::make_unique<SteppedWorker>(machine_.disk, server::log_target(options()),
                                                std::move(start), std::move(events));
  worker_ = worker.get();
  return worker;
}

// What the manifest's base holds is durable, whatever the policy.
void Life::base_published() {
  const std::string manifest =
      machine_.disk.contents(server::log_target(options()).manifest_path());
  for (const auto& [base, cut] : base_cuts_) {
    const auto line = manifest.substr(std::min(manifest.find(base), manifest.size()));
    if (line.substr(0, line.find('\n')).ends_with(" type b")) machine_.promises.durable_cut(cut);
  }
}

// -- what is changed and broken -------------------------------------------------------------------

std::uint64_t Life::guarded() const {
  const bool always =
      options().appendfsync == config::AppendFsync::kAlways && !options().no_appendfsync_on_rewrite;
  const bool on = options().appendonly && append_only_.on() && joined_;
  // A new policy is in force once the log has taken it over, and has synced what was not.
  const bool in_force = worker_ != nullptr && worker_->syncs();
  return always && on && in_force ? guard_ : 0;
}

void Life::switch_sync() {
  using config::AppendFsync;
  constexpr AppendFsync kAll[] = {AppendFsync::kAlways, AppendFsync::kEverySecond,
                                  AppendFsync::kNo};
  const bool synced = machine_.plan.synced;
  simulation_.options.appendfsync = kAll[random_.below(synced ? 2 : 3)];
  simulation_.options.no_appendfsync_on_rewrite = !synced && random_.below(3) == 0;
  simulation_.options.aof_timestamp_enabled = random_.below(2) == 0;
  options_changed();
}

void Life::switch_log() {
  auto& options = simulation_.options;
  options.appendonly = !options.appendonly;
  if (options.appendonly) ++machine_.tally.switched_on;
  // What clients were shown is kept by the log alone.
  machine_.promises.forget_shown();
  options_changed();
}

void Life::options_changed() {
  ++guard_;
  machine_.options = simulation_.options;
  append_only_.options_changed();
}

// A full disk stays so for a time; a sync or a publication fails once or a few times.
void Life::break_disk() {
  using Operation = CrashDisk::Operation;
  if (random_.below(2) == 0) {
    disk_full_ = !disk_full_;
  } else {
    faults_left_ = static_cast<int>(1 + random_.below(3));
  }
  machine_.disk.fault = [this](Operation operation, const std::string& path) {
    const bool writes = operation == Operation::kWrite || operation == Operation::kCreate;
    if (disk_full_ && writes && random_.below(3) != 0) return ENOSPC;
    // Where frames are not synced one by one, a failed sync may leave holes between them: such a
    // log is refused, with a message that says so.
    const bool syncs = (operation == Operation::kSync && machine_.plan.synced) ||
                       operation == Operation::kSyncDirectory || operation == Operation::kRename;
    if (faults_left_ == 0 || !syncs || random_.below(2) == 0) return 0;
    --faults_left_;
    machine_.cache_lies |= operation == Operation::kSync && path.ends_with(".incr.aof");
    return EIO;
  };
}

}  // namespace countd::test
