// Memory within `maxmemory` over all shards: which slice evicts, and whether a write may go on.
//
// A write evicts from the slice that it runs on, the only one that its thread holds, if that takes
// about an equal share of the limit or more (`is_rich`). A slice that takes less is spared: the
// fullest shard that has something to evict is asked, its home is woken and evicts in its upkeep,
// and the write goes on meanwhile. While all together are above the limit somebody is above an
// equal share, so there is always a shard to ask, unless its entries may not go.
//
// What is owed has a bound. Above nine eighths of the limit (`above_ceiling`) a write first evicts
// as much as its slice has grown by since the last one, whatever the slice's share; if nothing is
// left to evict there, it is refused by a volatile policy, and under the others finds its slice
// empty. So even if nobody is paying, memory ends at nine eighths of the limit and one write a
// shard. Where the limit was lowered below what is there, no slice grows until that is paid back.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "storage/keyspace/keyspace.h"

namespace countd::config {
struct Options;
}

namespace countd::shard {

struct SharedState;

/// What a shard is asked for, and what the growth of its slice is measured by.
struct EvictionDebt {
  static constexpr std::size_t kUnsettled = std::numeric_limits<std::size_t>::max();
  std::atomic<bool> asked{false};    // to evict; set by any thread, taken off by the home
  std::size_t settled = kUnsettled;  // heap bytes at the last write that passed; under the lease
};

/// The limit as one thread's options have it. A view, made where it is needed: `shared` and
/// `options` must outlive it.
class MemoryLimit {
 public:
  MemoryLimit(SharedState& shared, const config::Options& options)
      : shared_(shared), options_(options) {}

  /// Before a write that may need memory: false if it is to be refused. Evicts at most what the
  /// slice has grown by since the last such call, and some hundred entries of what is owed.
  /// REQUIRES: the lease of `shard` is held, whose slice is `keys`; there is a limit.
  bool make_room(storage::Keyspace& keys, int shard) const;
  /// Ten times a second: a limit that was lowered is seen even if nobody writes. REQUIRES: as
  /// above but for the limit, and what the shard publishes is up to date.
  void review(const storage::Keyspace& keys, int shard) const;
  /// The shard has been asked to evict. From any thread.
  [[nodiscard]] bool asked(int shard) const;
  /// The home's answer, a few dozen entries at a time: true when nothing is owed any more or
  /// another shard has been asked instead. REQUIRES: the lease is held.
  bool pay(storage::Keyspace& keys, int shard) const;

 private:
  static constexpr int kNoShard = -1;

  [[nodiscard]] bool over() const;
  [[nodiscard]] bool above_ceiling() const;
  [[nodiscard]] bool is_rich(const storage::Keyspace& keys) const;
  [[nodiscard]] std::uint64_t evictable(int shard) const;
  /// Of the shards that have something to evict, `but` left out; as far as they have published.
  [[nodiscard]] int fullest(int but = kNoShard) const;
  void ask(int shard) const;
  bool evict_or_ask(storage::Keyspace& keys, int shard, std::size_t settled) const;
  bool evict_growth(storage::Keyspace& keys, int shard, std::size_t settled) const;
  bool evict_one(storage::Keyspace& keys, int shard) const;

  SharedState& shared_;
  const config::Options& options_;
};

}  // namespace countd::shard
