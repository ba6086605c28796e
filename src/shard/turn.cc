#include "shard/turn.h"

#include <utility>

#include "storage/base/assert.h"
#include "storage/base/words.h"

namespace countd::shard {

Turn::Turn(int thread, std::span<Slice> slices, Executor& executor, Peers& peers,
           metrics::ThreadMetrics& metrics)
    : thread_(thread),
      me_(static_cast<Holder>(thread) + 1),
      slices_(slices),
      executor_(executor),
      peers_(peers),
      metrics_(metrics),
      held_(slices.size(), false) {
  for (std::size_t i = 0; i < slices.size(); ++i) {
    out_.push_back(spare_batch());
    arenas_.push_back(&out_.back()->arena);
  }
}

void Turn::queued_increment(int shard) {
  Batch& batch = *out_[static_cast<std::size_t>(shard)];
  const Item& item = batch.items.back();
  if (const auto* const open = folds_.find(item.hash)) {
    Item& leader = batch.items[open->item];
    if (leader.db == item.db && storage::same_bytes(leader.key(), item.key()) &&
        batch.join(leader, *item.wave, item.slot, item.delta)) {
      batch.items.pop_back();
      return;
    }
  }
  folds_.open(item.hash, static_cast<std::uint32_t>(shard),
              static_cast<std::uint32_t>(batch.items.size() - 1));
}

void Turn::queue_span(const Item& item, std::vector<int> shards) {
  folds_.close_all();
  auto check_out = std::make_unique<CheckOut>();
  check_out->thread = thread_;
  check_out->shards = std::move(shards);
  check_out->run = [this, item](std::span<storage::Keyspace* const> keys) {
    executor_.run_span(item, keys);
    if (--item.wave->outstanding == 0) activate(*item.wave);
  };
  ++item.wave->outstanding;
  check_outs_.push_back(std::move(check_out));
}

void Turn::check_out_all(std::function<void(std::span<storage::Keyspace* const>)> run) {
  auto check_out = std::make_unique<CheckOut>();
  check_out->thread = thread_;
  for (int shard = 0; shard < shards(); ++shard) check_out->shards.push_back(shard);
  check_out->run = std::move(run);
  check_outs_.push_back(std::move(check_out));
}

void Turn::activate(Wave& wave) {
  if (wave.listed) return;
  wave.listed = true;
  active_.push_back(&wave);
}

bool Turn::finish(MailNode* completions) {
  take_completions(completions);
  if (home_is_due()) release(thread_);
  for (int round = 0; round < kMaxRounds; ++round) {
    flush_batches();
    progress_check_outs();
    // A barrier that a wave has just run may have queued a check-out.
    if (!settle_waves() && !check_out_can_go_on()) return false;
  }
  return true;
}

void Turn::take_completions(MailNode* node) {
  while (node != nullptr) {
    MailNode* const next = node->next;
    if (node->kind == MailNode::Kind::kBatch) {
      returned(static_cast<Batch&>(*node));
    } else {
      auto& check_out = static_cast<CheckOut&>(*node);
      held_[static_cast<std::size_t>(check_out.shards[check_out.acquired])] = true;
      ++check_out.acquired;
      check_out.waiting = false;
    }
    node = next;
  }
}

void Turn::flush_batches() {
  folds_.close_all();
  for (int shard = 0; shard < shards(); ++shard) {
    if (!out_[static_cast<std::size_t>(shard)]->empty()) flush(shard);
  }
}

void Turn::flush(int shard) {
  Slice& slice = slices_[static_cast<std::size_t>(shard)];
  Batch& batch = *out_[static_cast<std::size_t>(shard)];
  const bool checked_out = held_[static_cast<std::size_t>(shard)];
  if (!checked_out && !slice.lease.try_take(me_)) return send(shard);
  // What arrived earlier goes first; a waiting check-out may get the lease instead of us.
  if (!checked_out && drain(shard) == Drained::kHandedOver) {
    if (!held_[static_cast<std::size_t>(shard)]) return send(shard);
  }
  batch.origin = thread_;
  executor_.run(batch, held_keys(shard), shard);
  batch.resolve_folds();
  if (!held_[static_cast<std::size_t>(shard)]) release(shard);
}

storage::Keyspace& Turn::held_keys(int shard) {
  Slice& slice = slices_[static_cast<std::size_t>(shard)];
  ASSERT_HOT(slice.lease.holder() == me_);
  return *slice.keys;
}

// The batch leaves this thread: every request in it is outstanding until it comes back.
void Turn::send(int shard) {
  auto& out = out_[static_cast<std::size_t>(shard)];
  for (const Item& item : out->items) {
    if (item.group == kNone) ++item.wave->outstanding;
  }
  for (const FoldMember& member : out->members) ++member.wave->outstanding;
  metrics_.foreign_batches.add(1);
  Batch* const batch = out.release();
  out = spare_batch();
  arenas_[static_cast<std::size_t>(shard)] = &out->arena;
  batch->origin = thread_;
  Slice& slice = slices_[static_cast<std::size_t>(shard)];
  slice.mailbox.push(*batch);
  if (slice.lease.announce(me_)) release(shard);
}

// A batch is back: its answers move into their waves.
void Turn::returned(Batch& batch) {
  batch.resolve_folds();
  for (const Item& item : batch.items) {
    if (item.group != kNone) continue;
    item.wave->adopt(item.reply_slot(), batch.arena);
    if (--item.wave->outstanding == 0) activate(*item.wave);
  }
  for (const FoldMember& member : batch.members) {
    if (--member.wave->outstanding == 0) activate(*member.wave);
  }
  batch.forget_requests();
  batch.forget_bytes();
  spare_batches_.emplace_back(&batch);
}

Turn::Drained Turn::drain(int shard) {
  Slice& slice = slices_[static_cast<std::size_t>(shard)];
  for (;;) {
    if (slice.inbox == nullptr) slice.inbox = slice.mailbox.take_all();
    if (slice.inbox == nullptr) return Drained::kEmpty;
    MailNode& node = *std::exchange(slice.inbox, slice.inbox->next);
    if (node.kind == MailNode::Kind::kBatch) {
      auto& batch = static_cast<Batch&>(node);
      executor_.run(batch, held_keys(shard), shard);
      if (batch.origin == thread_) {
        returned(batch);
      } else {
        peers_.complete(batch.origin, batch);
      }
      continue;
    }
    auto& check_out = static_cast<CheckOut&>(node);
    if (check_out.thread == thread_) {
      take_completions(&(node.next = nullptr, node));
    } else {
      slice.lease.pass(static_cast<Holder>(check_out.thread) + 1);
      peers_.complete(check_out.thread, check_out);
    }
    return Drained::kHandedOver;
  }
}

void Turn::release(int shard) {
  Slice& slice = slices_[static_cast<std::size_t>(shard)];
  slice.passed_home = false;
  for (int round = 0;; ++round) {
    if (drain(shard) == Drained::kHandedOver) return;
    if (slice.lease.release(me_)) return;
    if (round >= kDrainRounds && shard != thread_) {
      slice.passed_home = true;
      slice.lease.pass(static_cast<Holder>(shard) + 1);
      return peers_.wake(shard);
    }
  }
}

// The lease may also have been granted to a check-out whose node is still on its way: that is no
// reason to give it back.
bool Turn::home_is_due() const {
  const auto home = static_cast<std::size_t>(thread_);
  const Slice& slice = slices_[home];
  return !held_[home] && slice.lease.holder() == me_ && slice.passed_home;
}

bool Turn::check_out_can_go_on() const {
  return !check_outs_.empty() && !check_outs_.front()->waiting;
}

bool Turn::with_home(const std::function<void(storage::Keyspace&)>& work) {
  const auto home = static_cast<std::size_t>(thread_);
  Slice& slice = slices_[home];
  if (held_[home]) {
    work(held_keys(thread_));
    return true;
  }
  if (!slice.lease.try_take(me_)) return false;
  if (drain(thread_) == Drained::kHandedOver && !held_[home]) return false;
  work(held_keys(thread_));
  if (!held_[home]) release(thread_);
  return true;
}

void Turn::progress_check_outs() {
  while (!check_outs_.empty()) {
    CheckOut& first = *check_outs_.front();
    while (first.acquired < first.shards.size()) {
      if (first.waiting || !acquire_next(first)) return;
    }
    finish_check_out(first);
    check_outs_.pop_front();
  }
}

bool Turn::acquire_next(CheckOut& check_out) {
  const int shard = check_out.shards[check_out.acquired];
  const auto index = static_cast<std::size_t>(shard);
  Slice& slice = slices_[index];
  if (slice.lease.try_take(me_)) {
    if (drain(shard) == Drained::kEmpty) {
      held_[index] = true;
      ++check_out.acquired;
      return true;
    }
  }
  check_out.waiting = true;
  slice.mailbox.push(check_out);
  if (slice.lease.announce(me_)) release(shard);  // drains, and so may reach our own node
  return !check_out.waiting;
}

void Turn::finish_check_out(CheckOut& check_out) {
  std::vector<storage::Keyspace*> keys(slices_.size(), nullptr);
  for (const int shard : check_out.shards) {
    keys[static_cast<std::size_t>(shard)] = &held_keys(shard);
  }
  check_out.run(keys);
  for (const int shard : check_out.shards) {
    held_[static_cast<std::size_t>(shard)] = false;
    release(shard);
  }
}

// Complete waves are sent while the arenas of this round are alive; the others move what they have
// got into memory of their own and go on. True: there may be more to run.
bool Turn::settle_waves() {
  settling_.swap(active_);
  bool unfinished = false;
  for (Wave* const wave : settling_) {
    wave->listed = false;
    wave->unfinished = wave->outstanding != 0 || !wave->complete;
    unfinished |= wave->unfinished;
  }
  if (unfinished) keep_unfinished();
  // A connection may queue its next wave as soon as it has sent this one; the arenas stay until
  // the last one is sent.
  for (auto& batch : out_) batch->forget_requests();
  for (Wave* const wave : settling_) {
    if (!wave->unfinished) wave->owner->wave_done(*wave, arenas_);
  }
  for (auto& batch : out_) batch->forget_bytes();
  if (unfinished) {
    for (Wave* const wave : settling_) {
      if (std::exchange(wave->unfinished, false) && wave->outstanding == 0) {
        wave->owner->wave_idle(*wave);
      }
    }
  }
  settling_.clear();
  return !active_.empty();
}

// Only the slots of batches that ran here: another thread may be writing the others.
void Turn::keep_unfinished() {
  for (const auto& batch : out_) {
    for (const Item& item : batch->items) {
      if (item.wave->unfinished) item.wave->adopt(item.reply_slot(), batch->arena);
    }
  }
}

Wave& Turn::new_wave(WaveOwner& owner) {
  if (spare_waves_.empty()) {
    waves_.push_back(std::make_unique<Wave>());
    spare_waves_.push_back(waves_.back().get());
  }
  Wave& wave = *spare_waves_.back();
  spare_waves_.pop_back();
  wave.owner = &owner;
  return wave;
}

void Turn::recycle(Wave& wave) {
  ASSERT(!wave.listed && wave.outstanding == 0);
  wave.reset();
  wave.bytes.shrink(64 * 1024);
  spare_waves_.push_back(&wave);
}

std::unique_ptr<Batch> Turn::spare_batch() {
  if (spare_batches_.empty()) return std::make_unique<Batch>();
  auto batch = std::move(spare_batches_.back());
  spare_batches_.pop_back();
  return batch;
}

}  // namespace countd::shard
