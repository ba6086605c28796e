#include "shard/memory_limit.h"

#include "config/options.h"
#include "shard/executor.h"

namespace countd::shard {
namespace {

using storage::EvictionPolicy;

// A write pays so many entries of what is owed, beyond its own slice's growth: about a quarter of a
// millisecond. The rest is the upkeep's.
constexpr int kEntriesAWrite = 256;
constexpr int kEntriesAStep = 64;

bool is_volatile(EvictionPolicy policy) { return policy >= EvictionPolicy::kVolatileLru; }

Published& published_of(SharedState& shared, int shard) {
  return shared.published[static_cast<std::size_t>(shard)];
}

}  // namespace

bool MemoryLimit::make_room(storage::Keyspace& keys, int shard) const {
  auto& published = published_of(shared_, shard);
  published.memory_bytes.set(keys.memory_bytes());
  auto& settled = published.eviction.settled;
  if (over() && !evict_or_ask(keys, shard, settled)) return false;
  settled = keys.memory_bytes();
  return true;
}

bool MemoryLimit::evict_or_ask(storage::Keyspace& keys, int shard, std::size_t settled) const {
  if (options_.maxmemory_policy == EvictionPolicy::kNoEviction) return false;
  const int other = fullest(shard);
  if (other != kNoShard && !is_rich(keys) && !above_ceiling()) {
    ask(other);
    return true;
  }
  const bool more = evict_growth(keys, shard, settled);
  if (!over()) return true;
  if (more) {
    ask(shard);
    return true;
  }
  if (other == kNoShard) return false;
  ask(other);
  const bool has_grown = keys.memory_bytes() > settled;
  return !is_volatile(options_.maxmemory_policy) || !has_grown || !above_ceiling();
}

// False: nothing is left to evict.
bool MemoryLimit::evict_growth(storage::Keyspace& keys, int shard, std::size_t settled) const {
  for (int evicted = 0; over(); ++evicted) {
    if (evicted >= kEntriesAWrite && keys.memory_bytes() <= settled) return true;
    if (!evict_one(keys, shard)) return false;
  }
  return true;
}

bool MemoryLimit::evict_one(storage::Keyspace& keys, int shard) const {
  auto& published = published_of(shared_, shard);
  if (!keys.evict_one(options_.maxmemory_policy, options_.maxmemory_samples)) {
    published.update_sizes(keys);  // nobody is to expect more of it
    return false;
  }
  published.memory_bytes.set(keys.memory_bytes());
  return true;
}

void MemoryLimit::review(const storage::Keyspace& keys, int shard) const {
  if (options_.maxmemory == 0) {
    published_of(shared_, shard).eviction.settled = EvictionDebt::kUnsettled;
  } else if (over() && evictable(shard) > 0 && (is_rich(keys) || fullest() == shard)) {
    ask(shard);
  }
}

bool MemoryLimit::asked(int shard) const {
  return published_of(shared_, shard).eviction.asked.load();
}

// Who asks while the mark is being taken off may be missed: the next write or review asks again.
bool MemoryLimit::pay(storage::Keyspace& keys, int shard) const {
  published_of(shared_, shard).update_sizes(keys);
  if (options_.maxmemory > 0 && over()) {
    const int payer = fullest();
    if ((payer == shard || is_rich(keys)) && evict_one(keys, shard)) {
      for (int evicted = 1; evicted < kEntriesAStep && over(); ++evicted) {
        if (!evict_one(keys, shard)) break;
      }
      return false;
    }
    if (payer != shard && payer != kNoShard) ask(payer);
  }
  published_of(shared_, shard).eviction.asked.store(false);
  return true;
}

bool MemoryLimit::over() const { return shared_.memory_bytes() > options_.maxmemory; }

bool MemoryLimit::above_ceiling() const {
  const std::uint64_t bytes = shared_.memory_bytes();
  return bytes > options_.maxmemory && bytes - options_.maxmemory > options_.maxmemory / 8;
}

// An eighth less than an equal share: where keys are spread evenly every slice evicts its own.
bool MemoryLimit::is_rich(const storage::Keyspace& keys) const {
  const std::uint64_t share = options_.maxmemory / static_cast<std::uint64_t>(shared_.shards);
  return keys.memory_bytes() >= share - share / 8;
}

std::uint64_t MemoryLimit::evictable(int shard) const {
  if (options_.maxmemory_policy == EvictionPolicy::kNoEviction) return 0;
  std::uint64_t sum = 0;
  for (const auto& sizes : published_of(shared_, shard).sizes()) {
    sum += is_volatile(options_.maxmemory_policy) ? sizes.expires.get() : sizes.keys.get();
  }
  return sum;
}

int MemoryLimit::fullest(int but) const {
  int best = kNoShard;
  std::uint64_t most = 0;
  for (int shard = 0; shard < shared_.shards; ++shard) {
    const std::uint64_t bytes = published_of(shared_, shard).memory_bytes.get();
    if (shard == but || (best != kNoShard && bytes <= most) || evictable(shard) == 0) continue;
    best = shard;
    most = bytes;
  }
  return best;
}

void MemoryLimit::ask(int shard) const {
  auto& asked = published_of(shared_, shard).eviction.asked;
  if (asked.load() || asked.exchange(true)) return;
  if (shared_.peers != nullptr) shared_.peers->wake(shard);
}

}  // namespace countd::shard
