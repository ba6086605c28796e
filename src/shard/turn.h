// A thread's turn: what it wants of every shard is collected in one batch a shard, and run at the
// end of the turn: in place where the lease is free, through the mailbox where it is not.
//
// Sans-I/O: no clock, no socket, no wake-up of its own (see Peers), so that tests can run several
// turns in any order on one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "shard/batch.h"
#include "shard/check_out.h"
#include "shard/executor.h"
#include "shard/fold_table.h"
#include "shard/peers.h"
#include "shard/slice.h"
#include "shard/wave.h"

namespace countd::shard {

class Turn {
 public:
  Turn(int thread, std::span<Slice> slices, Executor& executor, Peers& peers,
       metrics::ThreadMetrics& metrics);

  // -- while requests are read ------------------------------------------------------------------
  /// Queues one request for `shard`: the caller fills the item in, where it lies, and then says
  /// what it is by one of the three calls that follow.
  Item& queue(int shard) { return out_[static_cast<std::size_t>(shard)]->items.emplace_back(); }
  /// A request of one key.
  void queued(const Item& item) { folds_.close(item.hash); }
  /// An increment: it joins an open group of its key if it can, and is then gone.
  void queued_increment(int shard);
  /// A command over several keys, all of them on one shard.
  void queued_local_span() { folds_.close_all(); }
  /// Queues a command over several shards (ascending); its wave waits for it.
  void queue_span(const Item& item, std::vector<int> shards);
  /// Runs `run` with the leases of all shards held (a snapshot's cut, a reload).
  void check_out_all(std::function<void(std::span<storage::Keyspace* const>)> run);
  /// The wave has requests under way, or is complete, or stands at a barrier: it is looked at when
  /// the turn ends.
  void activate(Wave& wave);

  // -- the end of the turn ----------------------------------------------------------------------
  /// Runs and sends until nothing more can be done now. True: come back without sleeping.
  bool finish(MailNode* completions);
  /// Runs `work` on the home shard if its lease is free.
  bool with_home(const std::function<void(storage::Keyspace&)>& work);
  /// The home lease was handed to this thread.
  [[nodiscard]] bool home_is_due() const;

  Wave& new_wave(WaveOwner& owner);
  void recycle(Wave& wave);
  [[nodiscard]] int shards() const { return static_cast<int>(slices_.size()); }
  [[nodiscard]] bool single() const { return slices_.size() == 1; }

 private:
  enum class Drained : std::uint8_t { kEmpty, kHandedOver };

  void take_completions(MailNode* node);
  void flush_batches();
  void flush(int shard);
  void send(int shard);
  void returned(Batch& batch);
  /// The only way to a slice's entries: asserts that this thread holds its lease.
  storage::Keyspace& held_keys(int shard);
  Drained drain(int shard);
  void release(int shard);
  void progress_check_outs();
  [[nodiscard]] bool check_out_can_go_on() const;
  bool acquire_next(CheckOut& check_out);
  void finish_check_out(CheckOut& check_out);
  bool settle_waves();
  void keep_unfinished();
  [[nodiscard]] bool holds(int shard) const;
  std::unique_ptr<Batch> spare_batch();

  static constexpr int kMaxRounds = 64;
  static constexpr int kDrainRounds = 4;

  const int thread_;
  const Holder me_;
  std::span<Slice> slices_;
  Executor& executor_;
  Peers& peers_;
  metrics::ThreadMetrics& metrics_;
  FoldTable folds_;
  std::vector<std::unique_ptr<Batch>> out_;          // by shard
  std::vector<const protocol::ByteBuffer*> arenas_;  // of out_
  std::vector<bool> held_;                           // by this thread's check-out
  std::vector<std::unique_ptr<Batch>> spare_batches_;
  std::vector<Wave*> active_;
  std::vector<Wave*> settling_;
  std::vector<std::unique_ptr<Wave>> waves_;  // all ever made
  std::vector<Wave*> spare_waves_;
  std::deque<std::unique_ptr<CheckOut>> check_outs_;  // the first one is under way
};

}  // namespace countd::shard
