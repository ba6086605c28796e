// One shard's part of client-side caching: remembers who has read what, listens at the keyspace's
// write gate, and gathers who has to hear of it. Touched by the holder of the shard's lease only,
// but for the numbers.
//
//   GET a  by client 7     remember("a", 7)
//   SET a  by client 9     on_effect -> 7 is to hear of "a", once, and "a" is forgotten
//   the end of the batch   take_pushes -> {thread of 7: [7], ["a"]}
//
// Since a read and a write of one key run under one lease, nobody misses a change that comes after
// what it has read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/keyspace/effects.h"
#include "storage/keyspace/keyspace.h"
#include "tracking/reader_table.h"
#include "tracking/registry.h"

namespace countd::tracking {

using KeyNames = std::vector<std::string>;

/// What clients of one thread are to hear. The names are shared by those who hear the same.
struct Push {
  int thread = -1;                       // -1: every thread
  std::vector<std::uint64_t> clients;    // empty: all that track
  std::shared_ptr<const KeyNames> keys;  // null: everything may have changed
};

class ShardTracker final : public storage::EffectListener {
 public:
  /// Of all shards, one speaks of what happens to whole databases: `speaks_for_all`.
  ShardTracker(const Registry& registry, std::uint64_t seed, bool speaks_for_all)
      : registry_(registry), table_(seed), speaks_for_all_(speaks_for_all) {}

  /// Listens at the keyspace from now on, to what is in force now.
  void attach(storage::Keyspace& keys);
  /// Forgets everything; nobody tracks any more.
  void detach(storage::Keyspace& keys);
  [[nodiscard]] bool attached() const { return attached_; }

  /// Whose requests the next changes come from; 0: nobody's in particular.
  void set_writer(std::uint64_t client) { writer_ = client; }
  /// At most `limit` keys are remembered, 0: as many as there are; who is to hear of one that has
  /// to go hears of it now.
  void remember(std::string_view key, const Reader& reader, std::uint64_t limit);
  [[nodiscard]] bool has_pushes() const {
    return everything_ || !changed_.empty() || !broadcast_.empty();
  }
  std::vector<Push> take_pushes();

  void on_effect(storage::Effect effect, const storage::Key& key) override;
  void on_told(const storage::Key& key, std::span<const std::string_view> request) override;

  // -- any thread -------------------------------------------------------------------------------
  [[nodiscard]] std::uint64_t keys() const { return keys_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t items() const { return items_.load(std::memory_order_relaxed); }

 private:
  void changed(std::string_view key, std::uint64_t writer);
  void publish_sizes();
  void add_broadcasts(std::vector<Push>& pushes) const;
  [[nodiscard]] KeyNames written_under(std::string_view prefix, std::uint64_t but_by) const;

  const Registry& registry_;
  std::shared_ptr<const Broadcasts> broadcasts_ = std::make_shared<Broadcasts>();
  std::uint64_t version_ = 0;
  ReaderTable table_;
  const bool speaks_for_all_;
  bool attached_ = false;
  std::uint64_t writer_ = 0;
  // What is to be told:
  bool everything_ = false;
  std::vector<ReaderTable::Taken> changed_;
  std::unordered_map<std::string, std::uint64_t> broadcast_;  // keys, and who alone changed them
  std::atomic<std::uint64_t> keys_{0};
  std::atomic<std::uint64_t> items_{0};
};

}  // namespace countd::tracking
