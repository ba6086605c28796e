// What a shard lets every thread read of its slice without a lease: written by the holder of the
// lease whenever it has run a batch, so that a client finds its own writes in INFO. The one thing
// that others write here is that they ask the shard to evict.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/counter.h"
#include "shard/memory_limit.h"
#include "storage/keyspace/keyspace.h"

namespace countd::shard {

class Published {
 public:
  explicit Published(int databases) : sizes_(static_cast<std::size_t>(databases)) {}

  struct DatabaseSizes {
    metrics::Counter keys;
    metrics::Counter expires;
    metrics::Counter average_ttl_ms;
  };

  metrics::Counter memory_bytes;
  metrics::Counter changes;
  metrics::Counter hits;
  metrics::Counter misses;
  metrics::Counter expired;
  metrics::Counter evicted;
  EvictionDebt eviction;

  [[nodiscard]] const std::vector<DatabaseSizes>& sizes() const { return sizes_; }

  /// REQUIRES: the lease of `keys` is held.
  void update(const storage::Keyspace& keys) {
    const auto& counters = keys.counters();
    update_memory_and_reads(keys);
    const bool same = counters.changes == changes.get() && counters.expired == expired.get() &&
                      counters.evicted == evicted.get();
    if (!same) update_sizes(keys);
  }
  /// As `update`, whatever has changed.
  void update_sizes(const storage::Keyspace& keys) {
    update_memory_and_reads(keys);
    changes.set(keys.counters().changes);
    expired.set(keys.counters().expired);
    evicted.set(keys.counters().evicted);
    for (std::size_t db = 0; db < sizes_.size(); ++db) {
      sizes_[db].keys.set(keys.size(static_cast<int>(db)));
      sizes_[db].expires.set(keys.expires(static_cast<int>(db)));
    }
  }
  /// The mean life is an estimate that costs a look at entries: ten times a second is enough.
  void update_average_ttl(const storage::Keyspace& keys) {
    for (std::size_t db = 0; db < sizes_.size(); ++db) {
      if (sizes_[db].expires.get() == 0) continue;
      sizes_[db].average_ttl_ms.set(
          static_cast<std::uint64_t>(keys.average_ttl(static_cast<int>(db))));
    }
  }

 private:
  void update_memory_and_reads(const storage::Keyspace& keys) {
    memory_bytes.set(keys.memory_bytes());
    hits.set(keys.counters().hits);
    misses.set(keys.counters().misses);
  }

  std::vector<DatabaseSizes> sizes_;
};

}  // namespace countd::shard
