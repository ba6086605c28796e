// The oracle of the keyspace's tests: the same entries in an ordinary map, and random operations
// that are done to both.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/keyspace/keyspace.h"

namespace countd::storage::testing {

struct ModelEntry {
  std::string text;
  Millis expiry = kNoExpiry;
  std::string encoding;

  bool operator==(const ModelEntry&) const = default;
};

using ModelDatabase = std::map<std::string, ModelEntry>;

inline ModelEntry entry_of(const ValueView& value, Millis expiry) {
  IntegerText buffer;
  return {std::string(value.text(buffer)), expiry, std::string(value.encoding())};
}

inline std::string encoding_of_text(const std::string& text) {
  if (parse_integer(text)) return "int";
  return text.size() <= kMaxShortText ? "embstr" : "raw";
}

/// Plays random operations on a keyspace and on maps, and compares every answer.
class Player {
 public:
  struct Shape {
    int databases = 3;
    int keys = 2'000;
    bool expiry = true;
    bool clears = true;
  };

  Player(std::uint64_t seed, const Shape& shape)
      : keys(KeyspaceOptions{shape.databases, seed * 77, seed}),
        model(static_cast<std::size_t>(shape.databases)),
        shape_(shape),
        random_(seed) {
    keys.begin_turn(now_);
  }

  /// One random operation; throws nothing, reports through doctest in the .cc that includes this.
  void step();
  /// Compares everything.
  void check_all();
  /// What a snapshot cut now must emit, by database.
  [[nodiscard]] std::vector<ModelDatabase> copy() const { return model; }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  Keyspace keys;
  std::vector<ModelDatabase> model;

 private:
  std::string some_key();
  std::string some_text();
  Millis some_expiry();
  std::optional<ModelEntry> look(int db, const std::string& key);
  void step_add(int db, const std::string& key);
  void step_set(int db, const std::string& key);
  void step_read(int db, const std::string& key);
  void step_edit(int db, const std::string& key);
  void step_move(int db, const std::string& key);
  void step_expiry(int db, const std::string& key);
  void step_upkeep(int db);

  Shape shape_;
  std::mt19937_64 random_;
  Millis now_ = 1'000'000;
};

}  // namespace countd::storage::testing
