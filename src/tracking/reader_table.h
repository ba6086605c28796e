// Which clients have read a key and are to hear of its next change. Of names, not of databases: as
// Redis tells them, a change in any database is a change of the name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/base/random.h"
#include "tracking/settings.h"

namespace countd::tracking {

class ReaderTable {
 public:
  explicit ReaderTable(std::uint64_t seed) : random_(seed) {}

  void remember(std::string_view key, const Reader& reader);
  /// Forgets the key and returns its readers.
  std::vector<Reader> take(std::string_view key);
  struct Taken {
    std::string key;
    std::vector<Reader> readers;
  };
  /// The same with some key. REQUIRES: there is one.
  Taken take_any();
  void clear();

  [[nodiscard]] std::uint64_t keys() const { return table_.size(); }
  /// Pairs of a key and a reader.
  [[nodiscard]] std::uint64_t items() const { return items_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  // The readers of a key ascend: a popular one has thousands, and each read looks for its own.
  using Table = std::unordered_map<std::string, std::vector<Reader>, Hash, std::equal_to<>>;

  Table table_;
  std::uint64_t items_ = 0;
  storage::Random random_;
};

}  // namespace countd::tracking
