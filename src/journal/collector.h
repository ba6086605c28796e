// What one shard tells of an interval, as text: first what was told while it happened (removals,
// requests, changes to whole databases), in order; then the entries that were written, each once.
//
// Counts of a Count-Min Sketch are told as their sums: CMS.INCRBY adds, so the order of an
// interval's counts does not matter until the sketch goes.
//
// Changes to a whole database are made under a check-out of all shards, so all collectors see
// them alike. They divide what is told into sections: the journal puts section i of all shards
// before change i, once.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "storage/keyspace/effects.h"
#include "storage/log/frame.h"

namespace countd::journal {

/// Commands that begin with the SELECT they need. In pieces, so that many of them need no memory
/// that is copied as it grows.
class Telling {
 public:
  /// A piece takes no more commands when it has so many bytes.
  static constexpr std::size_t kPieceBytes = 256 * 1024;

  void select(int db);
  /// Where the next command is to be appended.
  std::string& next() {
    if (last_.size() >= kPieceBytes) [[unlikely]]
      begin_piece();
    ++commands_;
    return last_;
  }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }
  [[nodiscard]] bool empty() const { return last_.empty(); }
  /// Moves the text into a frame, if there is any.
  void move_into(storage::log::Frame& frame);

 private:
  void begin_piece();

  std::vector<std::string> full_;
  std::string last_;  // empty only if all is
  std::uint64_t commands_ = 0;
  int db_ = -1;
};

/// What an interval's end leaves: sections[i] comes before changes[i].
struct Told {
  std::vector<Telling> sections{1};
  std::vector<std::string> changes;
};

class Collector final : public storage::EffectListener, public storage::EntrySink {
 public:
  // -- as the keyspace's listener: what is told at once -----------------------------------------
  void on_effect(storage::Effect effect, const storage::Key& key) override;
  void on_swap(int a, int b) override;
  void on_told(const storage::Key& key, std::span<const std::string_view> request) override;

  // -- as the cut's sink ------------------------------------------------------------------------
  void emit(int db, std::string_view key, const storage::ValueView& value,
            storage::Millis expiry) override;

  /// The cut: what is told from now on belongs to the next interval.
  void seal();
  Told take_told();
  Telling take_entries();
  /// Bytes that wait for the next cut.
  [[nodiscard]] std::uint64_t told_bytes() const { return told_bytes_; }

 private:
  /// The counts of one sketch, by item.
  using Sums = std::unordered_map<std::string, std::int64_t>;

  void add_sums(const storage::Key& key, std::span<const std::string_view> pairs);
  void tell_sums(const storage::Key& key, const Sums& sums);
  void tell_sums_of(const storage::Key& key);
  void tell_all_sums();
  std::string& open_section(int db);
  void tell(int db, std::span<const std::string_view> words);
  void change_database(std::string text);

  Told told_;
  Told sealed_;
  Telling entries_;
  std::map<int, std::unordered_map<std::string, Sums>> sums_;  // by database and key
  std::uint64_t told_bytes_ = 0;
};

}  // namespace countd::journal
