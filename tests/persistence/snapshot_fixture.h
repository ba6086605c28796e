// Keyspaces for snapshot tests: filled at random, saved through a writer, and compared.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "persistence/snapshot_writer.h"
#include "storage/keyspace/keyspace.h"
#include "storage/sketch/count_min.h"

namespace countd::test {

/// What clients see of an entry.
struct Seen {
  std::string value;
  storage::Millis expiry = storage::kNoExpiry;
  bool operator==(const Seen&) const = default;
};
/// By database and key.
using Contents = std::map<std::pair<int, std::string>, Seen>;

inline int shard_of(std::string_view key, int shards) {
  return static_cast<int>(storage::hash_key(key, 1) % static_cast<std::uint64_t>(shards));
}

class Shards {
 public:
  explicit Shards(std::size_t count, std::uint64_t seed = 1, storage::Millis now = 1000) {
    for (std::size_t i = 0; i < count; ++i) {
      storage::KeyspaceOptions options;
      options.hash_seed = seed;
      owned_.push_back(std::make_unique<storage::Keyspace>(options));
      owned_.back()->begin_turn(now);
      all_.push_back(owned_.back().get());
    }
  }
  [[nodiscard]] std::span<storage::Keyspace* const> all() const { return all_; }
  storage::Keyspace& of(std::string_view key) {
    return *all_[static_cast<std::size_t>(shard_of(key, static_cast<int>(all_.size())))];
  }
  void set(int db, std::string_view key, storage::NewValue value,
           storage::Millis expiry = storage::kNoExpiry) {
    storage::Keyspace& keys = of(key);
    keys.set(keys.key(key, db), std::move(value), expiry);
  }
  [[nodiscard]] Contents contents() const {
    Contents seen;
    for (storage::Keyspace* keys : all_) {
      for (int db = 0; db < keys->databases(); ++db) add_contents(*keys, db, seen);
    }
    return seen;
  }
  [[nodiscard]] std::vector<storage::rdb::DatabaseSize> sizes() const {
    std::vector<storage::rdb::DatabaseSize> sizes(16);
    for (int db = 0; db < 16; ++db) {
      auto& size = sizes[static_cast<std::size_t>(db)];
      size.db = db;
      for (const storage::Keyspace* keys : all_) {
        size.keys += keys->size(db);
        size.expires += keys->expires(db);
      }
    }
    return sizes;
  }

 private:
  static std::string spell(const storage::ValueView& value) {
    if (value.type() == storage::Type::kCountMin) {
      const auto& sketch = static_cast<const storage::CountMinSketch&>(*value.object());
      return "cms " + std::to_string(sketch.total()) + " " +
             std::to_string(sketch.estimate("item"));
    }
    storage::IntegerText buffer;
    return std::string{value.encoding()} + " " + std::string{value.text(buffer)};
  }
  static void add_contents(storage::Keyspace& keys, int db, Contents& seen) {
    std::uint64_t cursor = 0;
    do {
      cursor = keys.scan(db, cursor, 100, [&](std::string_view key, const auto& entry) {
        seen[{db, std::string{key}}] = {spell(entry.value), entry.expiry};
      });
    } while (cursor != 0);
  }

  std::vector<std::unique_ptr<storage::Keyspace>> owned_;
  std::vector<storage::Keyspace*> all_;
};

/// Entries of all kinds: counters of all sizes, texts short and long, compressible and not,
/// sketches, expiries, several databases.
inline void fill_at_random(Shards& shards, std::size_t entries, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  for (std::size_t i = 0; i < entries; ++i) {
    const int db = random() % 4 == 0 ? static_cast<int>(random() % 16) : 0;
    const std::string key = (random() % 2 == 0 ? "counter:" : "text-") + std::to_string(i);
    const storage::Millis expiry = random() % 5 == 0
                                       ? 4'000'000'000'000 + static_cast<storage::Millis>(i)
                                       : storage::kNoExpiry;
    const std::uint64_t kind = random() % 100;
    if (kind < 70) {
      shards.set(db, key, static_cast<std::int64_t>(random() >> (random() % 64)), expiry);
    } else if (kind < 99) {
      std::string text(random() % (kind < 95 ? 60 : 3000), 'a');
      const std::uint64_t letters = 1 + random() % 200;
      for (char& byte : text) byte = static_cast<char>(random() % letters);
      shards.set(db, key, storage::value_of_text(text), expiry);
    } else {
      auto sketch = storage::CountMinSketch::create({16, 3});
      CHECK(sketch->add("item", 1 + random() % 100).has_value());
      shards.set(db, key, storage::NewValue{std::unique_ptr<storage::Object>{std::move(sketch)}},
                 expiry);
    }
  }
}

/// Steps until there is nothing more to do for now.
inline void write_all(persistence::SnapshotWriter& writer) {
  while (writer.step() == persistence::SnapshotWriter::Step::kWorked) {
  }
}

/// Saves all shards and returns the result.
inline persistence::SnapshotResult save(const Shards& shards, storage::Disk& disk,
                                        persistence::SnapshotTarget target) {
  persistence::SnapshotResult result;
  persistence::SnapshotWriter writer{disk, std::move(target), static_cast<int>(shards.all().size()),
                                     [&](const auto& done) { result = done; }};
  int index = 0;
  for (storage::Keyspace* keys : shards.all()) keys->begin_snapshot(writer.shard(index++));
  storage::rdb::FileFacts facts;
  facts.sizes = shards.sizes();
  writer.begin(std::move(facts));
  index = 0;
  for (storage::Keyspace* keys : shards.all()) {
    while (!keys->snapshot_slice(50)) {
    }
    writer.finish(index++);
  }
  write_all(writer);
  return result;
}

}  // namespace countd::test
