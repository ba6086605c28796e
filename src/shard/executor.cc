#include "shard/executor.h"

#include <algorithm>

#include "commands/reply.h"
#include "commands/secrets.h"
#include "config/options.h"
#include "shard/look_ahead.h"
#include "shard/memory_limit.h"
#include "shard/remembering.h"

namespace countd::shard {
namespace {

using commands::ReplySlot;
using storage::Errc;

// Fast commands share their batch's time; below this threshold the slow log wants each one's own.
constexpr std::int64_t kTimeEachBelowMicros = 2000;
constexpr std::uint32_t kShortRequestWords = 3;

bool has_key(const Item& item) { return item.row->keys.first == 1; }

}  // namespace

std::size_t SharedState::memory_bytes() const {
  std::size_t sum = 0;
  for (const auto& shard : published) sum += shard.memory_bytes.get();
  return sum;
}

void Executor::enter(storage::Keyspace& keys) const {
  keys.begin_turn(now_);
  keys.set_eviction_policy(options_->maxmemory_policy, options_->lfu_log_factor,
                           options_->lfu_decay_time);
}

// Short requests share their batch's time. What can be long by itself is timed by itself.
inline bool Executor::timed(const Item& item) const {
  if (time_each_) return true;
  if ((item.row->flags & commands::kFast) != 0) return false;
  return item.words > kShortRequestWords ||
         std::holds_alternative<commands::GatherHandler>(item.row->handler);
}

[[gnu::always_inline]] inline void Executor::run_item(Batch& batch, Item& item,
                                                      storage::Keyspace& keys, int shard) {
  if (item.is_increment && increments_unchecked_) return run_increment(batch, item, keys);
  if (memory_limited_ && (item.row->flags & commands::kDenyOom) != 0 && !make_room(keys, shard))
      [[unlikely]] {
    return refuse(batch, item, Errc::kOutOfMemory);
  }
  timed(item) ? run_timed(batch, item, keys) : run_handler(batch, item, keys);
}

inline void Executor::run_items(Batch& batch, storage::Keyspace& keys, int shard) {
  if (batch.items.size() < kLookAheadMinimum) {
    for (Item& item : batch.items) run_item(batch, item, keys, shard);
  } else {
    // A batch whose items are of several databases is rare: the first one speaks for all.
    const bool near = keys.is_near(batch.items.front().db);
    near ? run_ahead<false>(batch, keys, shard) : run_ahead<true>(batch, keys, shard);
  }
}

template <bool kTableIsFar>
void Executor::run_ahead(Batch& batch, storage::Keyspace& keys, int shard) {
  const LookAhead look({batch.items.data(), batch.items.size()}, keys);
  if constexpr (kTableIsFar) look.begin();
  for (std::size_t at = 0; at < batch.items.size(); ++at) {
    if constexpr (kTableIsFar) look.fetch(at);
    look.run_hook(at);
    run_item(batch, batch.items[at], keys, shard);
  }
}

void Executor::run_tracked(Batch& batch, storage::Keyspace& keys, int shard) {
  auto& tracker = shared_.tracking->shard(static_cast<std::size_t>(shard));
  tracker.attach(keys);
  for (Item& item : batch.items) {
    tracker.set_writer(writer_of(batch, item));
    run_item(batch, item, keys, shard);
    if (item.remembered) remember(item);
  }
}

void Executor::remember(const Item& item) {
  remember_keys(item, *shared_.tracking, options_->tracking_table_max_keys);
}

void Executor::run(Batch& batch, storage::Keyspace& keys, int shard) {
  enter(keys);
  context_.now = keys.now();
  context_.shard = shard;
  foreign_ = batch.origin != thread_;
  timed_nanoseconds_ = 0;
  const std::int64_t began = shared_.clock->nanoseconds();
  const bool tracked = tracks();
  tracked ? run_tracked(batch, keys, shard) : run_items(batch, keys, shard);
  const std::int64_t took = shared_.clock->nanoseconds() - began;
  attribute(batch, std::max<std::int64_t>(0, took - timed_nanoseconds_));
  foreign_ = false;  // what is accounted from now on is this thread's own
  shared_.published[static_cast<std::size_t>(shard)].update(keys);
  if (shared_.log != nullptr) shared_.log->journal().note(keys);
  // Noted first: what is not durable yet is not told.
  if (tracked) shared_.tracking->send(static_cast<std::size_t>(shard));
}

void Executor::begin_turn(const config::Options& options, storage::Millis now) {
  options_ = &options;
  now_ = now;
  const std::int64_t threshold = options.slowlog_log_slower_than;
  time_each_ = threshold >= 0 && threshold < kTimeEachBelowMicros;
  memory_limited_ = options.maxmemory > 0;
  increments_unchecked_ = !time_each_ && !memory_limited_;
  context_ = {.options = options_,
              .table = shared_.table,
              .hash_seed = shared_.hash_seed,
              .now = now_,
              .shards = shared_.shards};
}

void Executor::refuse(Batch& batch, Item& item, Errc error) {
  const auto answer = [error](ReplySlot& slot) {
    slot.kind = ReplySlot::Kind::kError;
    slot.error = error;
  };
  item.refused = true;
  auto& rejected = metrics_.commands[shared_.table->index(*item.row)].rejected;
  if (item.group == kNone) {
    rejected.add(1);
    return answer(item.reply_slot());
  }
  FoldGroup& group = batch.groups[item.group];
  rejected.add(group.count);
  group.walked = true;
  for (std::uint32_t at = group.first; at != kNone; at = batch.members[at].next) {
    answer(batch.members[at].wave->slots[batch.members[at].slot]);
  }
}

void Executor::run_increment(Batch& batch, Item& item, storage::Keyspace& keys) {
  if (item.group == kNone) {
    ReplySlot& slot = item.reply_slot();
    const auto result = keys.add(key_of(item), item.delta);
    if (result.has_value()) {
      slot.kind = ReplySlot::Kind::kInteger;
      slot.number = *result;
    } else {
      failed(item, slot, result.error());
    }
    return;
  }
  FoldGroup& group = batch.groups[item.group];
  const auto result =
      keys.add_folded(key_of(item), group.sum, group.min_prefix, group.max_prefix, group.count);
  metrics_.folded.add(group.count - 1);
  if (result.has_value()) {
    group.base = *result - group.sum;
  } else {
    walk_group(batch, item, keys);
  }
}

// A member would overflow, or the key holds something else: each delta by itself, as if unfolded.
void Executor::walk_group(Batch& batch, Item& item, storage::Keyspace& keys) {
  FoldGroup& group = batch.groups[item.group];
  group.walked = true;
  std::int64_t before = 0;
  for (std::uint32_t at = group.first; at != kNone; at = batch.members[at].next) {
    const FoldMember& member = batch.members[at];
    ReplySlot& slot = member.wave->slots[member.slot];
    const auto result = keys.add(key_of(item), member.prefix - before);
    before = member.prefix;
    if (result.has_value()) {
      slot.kind = ReplySlot::Kind::kInteger;
      slot.number = *result;
    } else {
      failed(item, slot, result.error());
    }
  }
}

void Executor::failed(const Item& item, ReplySlot& slot, Errc error) {
  slot.kind = ReplySlot::Kind::kError;
  slot.error = error;
  metrics_.commands[shared_.table->index(*item.row)].failed.add(1);
}

void Executor::run_handler(Batch& batch, Item& item, storage::Keyspace& keys) {
  if (item.is_increment) return run_increment(batch, item, keys);
  context_.db = item.db;
  commands::Arguments arguments(item.request(), context_, has_key(item) ? item.hash : 0);
  arguments.set_foresight(item.foresight);
  storage::Keyspace* const only = &keys;
  call(item, arguments, {&only, 1}, {batch.arena, static_cast<std::uint16_t>(context_.shard)});
}

void Executor::run_timed(Batch& batch, Item& item, storage::Keyspace& keys) {
  const std::int64_t began = shared_.clock->nanoseconds();
  run_handler(batch, item, keys);
  const std::int64_t took = shared_.clock->nanoseconds() - began;
  timed_nanoseconds_ += took;
  account(item, took);
  if (item.group != kNone) {
    auto& counters = metrics_.commands[shared_.table->index(*item.row)];
    counters.calls.add(batch.groups[item.group].count - 1);
  }
}

inline void Executor::call(const Item& item, commands::Arguments& arguments,
                           std::span<storage::Keyspace* const> shards, Arena arena) {
  if (item.no_touch) [[unlikely]]
    return call_without_touch(item, arguments, shards, arena);
  call_handler(item, arguments, shards, arena);
}

void Executor::call_without_touch(const Item& item, commands::Arguments& arguments,
                                  std::span<storage::Keyspace* const> shards, Arena arena) {
  const auto hold_all = [&](bool held) {
    for (auto* const keys : shards) {
      if (keys != nullptr) keys->hold_access(held);
    }
  };
  hold_all(true);
  call_handler(item, arguments, shards, arena);
  hold_all(false);
}

inline void Executor::call_handler(const Item& item, commands::Arguments& arguments,
                                   std::span<storage::Keyspace* const> shards, Arena arena) {
  commands::Reply reply(item.reply_slot(), arena.bytes, item.version, arena.index);
  if (const auto* handler = std::get_if<commands::ShardHandler>(&item.row->handler)) {
    (*handler)(arguments, *shards[0], reply);
  } else {
    call_on_many(item, arguments, shards, reply);
  }
  if (commands::is_error(reply.slot(), arena.bytes)) [[unlikely]] {
    metrics_.commands[shared_.table->index(*item.row)].failed.add(1);
  }
}

void Executor::call_on_many(const Item& item, commands::Arguments& arguments,
                            std::span<storage::Keyspace* const> shards, commands::Reply& reply) {
  if (const auto* span = std::get_if<commands::SpanHandler>(&item.row->handler)) {
    commands::CheckedOut checked_out(shards);
    (*span)(arguments, checked_out, reply);
  } else if (const auto* gather = std::get_if<commands::GatherHandler>(&item.row->handler)) {
    context_.random = random_.next();
    std::vector<commands::Partial> partials(shards.size());
    for (std::size_t i = 0; i < shards.size(); ++i) {
      auto on_one = arguments;
      gather->on_shard(on_one, *shards[i], partials[i]);
    }
    gather->merge(arguments, partials, reply);
    context_.random = 0;
  }
}

// Slices that other threads have touched may be ahead of this one's time: the latest holds for all.
void Executor::enter_all(std::span<storage::Keyspace* const> shards) {
  context_.now = now_;
  for (auto* const keys : shards) {
    if (keys == nullptr) continue;
    enter(*keys);
    context_.now = std::max(context_.now, keys->now());
  }
  for (auto* const keys : shards) {
    if (keys != nullptr) keys->begin_turn(context_.now);
  }
}

void Executor::run_span(const Item& item, std::span<storage::Keyspace* const> shards) {
  foreign_ = false;
  const std::int64_t began = shared_.clock->nanoseconds();
  const bool tracked = tracks();
  enter_all(shards);
  for (std::size_t i = 0; tracked && i < shards.size(); ++i) {
    if (shards[i] == nullptr) continue;
    shared_.tracking->shard(i).attach(*shards[i]);
    shared_.tracking->shard(i).set_writer(item.wave->client.id);
  }
  context_.db = item.db;
  context_.shard = 0;
  commands::Arguments arguments(item.request(), context_, 0);
  if (has_room(item, shards)) {
    call(item, arguments, shards, {item.wave->bytes, kOwnArena});
    account(item, shared_.clock->nanoseconds() - began);
    if (tracked && item.remembered) remember(item);
  } else {
    metrics_.commands[shared_.table->index(*item.row)].rejected.add(1);
    commands::Reply(item.reply_slot(), item.wave->bytes, item.version, kOwnArena)
        .error(Errc::kOutOfMemory);
  }
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (shards[i] == nullptr) continue;
    shared_.published[i].update_sizes(*shards[i]);
    if (shared_.log != nullptr) shared_.log->journal().note(*shards[i]);
    if (tracked) shared_.tracking->send(i);
  }
}

// Every slice that the request holds pays its part.
bool Executor::has_room(const Item& item, std::span<storage::Keyspace* const> shards) {
  if (!memory_limited_ || (item.row->flags & commands::kDenyOom) == 0) return true;
  bool room = false;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    if (shards[i] != nullptr) room |= make_room(*shards[i], static_cast<int>(i));
  }
  return room;
}

bool Executor::make_room(storage::Keyspace& keys, int shard) {
  return MemoryLimit(shared_, *options_).make_room(keys, shard);
}

void Executor::account(const Item& item, std::int64_t nanoseconds) {
  auto& counters = metrics_.commands[shared_.table->index(*item.row)];
  counters.calls.add(1);
  counters.nanoseconds.add(static_cast<std::uint64_t>(nanoseconds));
  if (options_->latency_tracking) {
    counters.latencies.record(static_cast<std::uint64_t>(nanoseconds), 1);
  }
  const std::int64_t threshold = options_->slowlog_log_slower_than;
  if (threshold < 0 || nanoseconds / 1000 < threshold) return;
  if ((item.row->flags & commands::kSkipSlowlog) != 0 || options_->slowlog_max_len == 0) return;
  metrics::SlowLogEntry entry;
  entry.unix_time = now_ / 1000;
  entry.micros = nanoseconds / 1000;
  entry.words = metrics::SlowLog::shorten(item.request());
  if ((item.row->flags & commands::kSecrets) != 0) commands::hide_secrets(entry.words);
  if (!foreign_ && item.wave->owner != nullptr) item.wave->owner->describe(entry);
  shared_.slow_log->add(std::move(entry), static_cast<std::size_t>(options_->slowlog_max_len));
}

// Fast items share the batch's time evenly: two clock readings a batch instead of two an item.
void Executor::attribute(const Batch& batch, std::int64_t nanoseconds) {
  const auto each = static_cast<std::uint64_t>(nanoseconds) / batch.items.size();
  for (std::size_t i = 0; i < batch.items.size();) {
    const commands::Command* const row = batch.items[i].row;
    const std::size_t first = i;
    if (!attributed(batch.items[i])) {
      ++i;
      continue;
    }
    while (i < batch.items.size() && batch.items[i].row == row && attributed(batch.items[i])) ++i;
    std::uint64_t calls = i - first;
    if (row->fold != commands::Fold::kNone && !batch.groups.empty()) {
      calls = calls_of(batch, first, i);
    }
    auto& counters = metrics_.commands[shared_.table->index(*row)];
    counters.calls.add(calls);
    counters.nanoseconds.add(each * (i - first));
    if (options_->latency_tracking) counters.latencies.record(each * (i - first) / calls, calls);
  }
}

// A group stands for as many calls as it has members.
std::uint64_t Executor::calls_of(const Batch& batch, std::size_t first, std::size_t end) {
  std::uint64_t calls = 0;
  for (std::size_t i = first; i < end; ++i) {
    const auto group = batch.items[i].group;
    calls += group == kNone ? 1 : batch.groups[group].count;
  }
  return calls;
}

}  // namespace countd::shard
