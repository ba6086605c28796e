#include "tests/shard/simulation.h"

#include <algorithm>
#include <stdexcept>

#include "commands/error_text.h"
#include "tests/shard/no_server.h"

namespace countd::test {
namespace {

constexpr std::uint64_t kHashSeed = 0x5eed;
constexpr int kMaxTurns = 200'000;

std::string render(const commands::ReplySlot& slot, const shard::Wave& wave,
                   std::span<const protocol::ByteBuffer* const> arenas) {
  using Kind = commands::ReplySlot::Kind;
  switch (slot.kind) {
    case Kind::kInteger:
      return ":" + std::to_string(slot.number);
    case Kind::kStatus:
      return "+" + std::string(slot.text, slot.length);
    case Kind::kError:
      return "-" + std::string(commands::error_text(slot.error));
    case Kind::kBytes: {
      const auto& arena = slot.arena == shard::kOwnArena ? wave.bytes : *arenas[slot.arena];
      std::string bytes(slot.bytes_in(arena));
      if (bytes.ends_with("\r\n")) bytes.resize(bytes.size() - 2);
      return bytes;
    }
    default:
      return "nothing";
  }
}

}  // namespace

class Simulation::LeaseWatch final : public storage::EffectListener {
 public:
  LeaseWatch(Simulation& simulation, std::size_t shard) : simulation_(simulation), shard_(shard) {}

  void on_effect(storage::Effect, const storage::Key&) override {
    const auto holder = simulation_.slices[shard_].lease.holder();
    const bool runs = !simulation_.running_.empty();
    if (runs && holder != static_cast<shard::Holder>(simulation_.running_.back()) + 1) {
      ++simulation_.strangers;
    }
  }

 private:
  Simulation& simulation_;
  const std::size_t shard_;
};

void Caller::start() {
  auto& thread = simulation_.threads[static_cast<std::size_t>(thread_)];
  requests_ = std::move(waves_.front());
  waves_.pop_front();
  next_ = 0;
  wave_ = &thread.turn.new_wave(*this);
  wave_->client = {session.id, thread_};
  began_ = simulation_.tick();
  go_on();
}

void Caller::resume() {
  simulation_.threads[static_cast<std::size_t>(thread_)].more = true;
  if (std::exchange(paused, false)) go_on();
}

void Caller::go_on() {
  auto& thread = simulation_.threads[static_cast<std::size_t>(thread_)];
  for (; next_ < requests_.size(); ++next_) {
    const auto first = static_cast<std::uint32_t>(wave_->words.size());
    const auto& words = requests_[next_];
    wave_->words.insert(wave_->words.end(), words.begin(), words.end());
    const shard::Request request{first, static_cast<std::uint32_t>(words.size())};
    const auto dispatched = thread.dispatcher.dispatch(*wave_, session, request);
    paused = dispatched == shard::Dispatched::kPaused;
    if (dispatched == shard::Dispatched::kGoOn) continue;
    if (dispatched == shard::Dispatched::kBarrier) {
      barrier_ = request;
      ++next_;
    } else {
      wave_->words.resize(first);
    }
    thread.turn.activate(*wave_);
    return;
  }
  wave_->complete = true;
  thread.turn.activate(*wave_);
}

void Caller::wave_idle(shard::Wave& wave) {
  if (barrier_) {
    NoServer server;
    const auto request = *std::exchange(barrier_, std::nullopt);
    if (on_barrier) on_barrier(requests_);
    simulation_.threads[static_cast<std::size_t>(thread_)].dispatcher.run_barrier(wave, session,
                                                                                  request, server);
    if (wave.outstanding != 0) return;
  }
  if (!paused) go_on();
}

void Caller::wave_done(shard::Wave& wave, std::span<const protocol::ByteBuffer* const> arenas) {
  for (std::uint32_t slot = 0; slot < wave.slots.size(); ++slot) {
    if (std::ranges::binary_search(wave.silent, slot)) continue;
    replies.push_back(render(wave.slots[slot], wave, arenas));
  }
  wave_ = nullptr;
  wrote = wave.writes;
  simulation_.threads[static_cast<std::size_t>(thread_)].turn.recycle(wave);
  if (on_done) on_done(requests_, began_, simulation_.tick());
}

Simulation::Thread::Thread(Simulation& simulation, int index)
    : metrics(simulation.table.count()),
      executor(simulation.shared, metrics, index),
      turn(index, simulation.slices, executor, simulation, metrics),
      dispatcher(simulation.shared, turn, executor, metrics, simulation.gates) {}

Simulation::Simulation(int count, std::uint64_t seed, int databases)
    : slices(static_cast<std::size_t>(count)), random_(seed) {
  options.threads = count;
  options.databases = databases;
  options.slowlog_log_slower_than = -1;
  shared.table = &table;
  shared.slow_log = &slow_log;
  shared.clock = &clock;
  shared.peers = this;
  shared.hash_seed = kHashSeed;
  shared.shards = count;
  clock.on_look = [this] { meanwhile(); };
  for (std::size_t i = 0; i < slices.size(); ++i) {
    shared.published.emplace_back(options.databases);
    slices[i].keys = std::make_unique<storage::Keyspace>(storage::KeyspaceOptions{
        .databases = databases, .hash_seed = kHashSeed, .random_seed = seed + i});
    slices[i].keys->begin_turn(clock.now_ms);
    watches_.push_back(std::make_unique<LeaseWatch>(*this, i));
    slices[i].keys->set_effect_listener(watches_.back().get());
  }
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(*this, i);
    threads.back().executor.begin_turn(options, clock.now_ms);
  }
}

Simulation::~Simulation() = default;

Caller& Simulation::add_caller(int thread) { return callers.emplace_back(*this, thread); }

std::string Simulation::call(Caller& caller, std::string_view line) {
  const auto replies = call_all(caller, {line});
  return replies.empty() ? std::string() : replies.back();
}

std::vector<std::string> Simulation::call_all(Caller& caller, std::vector<std::string_view> lines) {
  std::vector<Words> wave;
  for (const auto line : lines) wave.push_back(split_words(line));
  caller.replies.clear();
  caller.queue(std::move(wave));
  if (!run_to_the_end()) throw std::runtime_error("a caller never got its replies");
  return std::exchange(caller.replies, {});
}

bool Simulation::runs(int thread) const { return std::ranges::count(running_, thread) != 0; }

void Simulation::turn(int index, bool all_callers) {
  auto& thread = threads[static_cast<std::size_t>(index)];
  running_.push_back(index);
  thread.executor.begin_turn(options, clock.now_ms);
  thread.woken = false;
  if (on_turn) on_turn(index);
  for (Caller& caller : callers) {
    if (caller.thread() != index || !caller.idle() || caller.done()) continue;
    if (all_callers || random_.below(2) == 0) caller.start();
  }
  shard::MailNode* completions = nullptr;
  for (; !thread.completions.empty(); thread.completions.pop_back()) {
    thread.completions.back()->next = completions;
    completions = thread.completions.back();
  }
  thread.more = thread.turn.finish(completions);
  if (after_turn) after_turn(index);
  running_.pop_back();
}

// What a loop looks at before it sleeps, and what wakes it.
bool Simulation::can_turn(int index) const {
  const auto& thread = threads[static_cast<std::size_t>(index)];
  if (runs(index)) return false;
  if (!thread.completions.empty() || thread.woken || thread.more || thread.turn.home_is_due()) {
    return true;
  }
  return std::ranges::any_of(callers, [&](const Caller& caller) {
    return caller.thread() == index && caller.idle() && !caller.done();
  });
}

bool Simulation::run_to_the_end() {
  for (int turns = 0; turns < kMaxTurns; ++turns) {
    std::vector<int> able;
    for (int i = 0; i < static_cast<int>(threads.size()); ++i) {
      if (can_turn(i)) able.push_back(i);
    }
    if (able.empty()) break;
    turn(able[random_.below(able.size())], !interleaved_);
  }
  return std::ranges::all_of(callers, &Caller::done);
}

void Simulation::meanwhile() {
  if (!interleaved_) return;
  if (beside) beside();
  if (running_.empty() || running_.size() == threads.size()) return;
  while (random_.below(3) == 0) {
    const auto other = static_cast<int>(random_.below(threads.size()));
    if (runs(other)) continue;
    ++nested_turns;
    turn(other, false);
  }
}

void Simulation::complete(int index, shard::MailNode& node) {
  meanwhile();
  threads[static_cast<std::size_t>(index)].completions.push_back(&node);
  meanwhile();
}

void Simulation::wake(int index) {
  meanwhile();
  threads[static_cast<std::size_t>(index)].woken = true;
}

}  // namespace countd::test
