// Notes of entries, by the hashes of their keys, in the order in which it is cheap to look them up.
//
// A large table is many times a processor's cache, and looking up what was noted as it came would
// miss it each time. So the notes of a large table are kept in parts by the highest bits of the
// hash, which are those that choose the segment: the entries of one part lie close together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace countd::storage {

class LogNotes {
 public:
  static constexpr std::size_t kParts = 256;

  void add(std::uint64_t hash) {
    if (parts_.empty()) [[unlikely]]
      parts_.resize(1);
    parts_[hash >> 56 & (parts_.size() - 1)].push_back(hash);
    ++size_;
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Gives all memory back. `large`: of the table that the next notes are of.
  void clear(bool large = false) {
    parts_ = std::vector<std::vector<std::uint64_t>>(large ? kParts : 0);
    size_ = 0;
    part_ = 0;
    position_ = 0;
  }

  /// Calls `visit(hash, ahead)` for notes not visited yet, until it returns false; true if none is
  /// left. `ahead(n)`: the note that comes n later, or null near the end of a part.
  template <class Visit>
  bool walk(Visit&& visit) {
    for (; part_ < parts_.size(); ++part_, position_ = 0) {
      const auto& part = parts_[part_];
      const auto ahead = [&](std::size_t n) {
        return position_ + n < part.size() ? &part[position_ + n] : nullptr;
      };
      for (; position_ < part.size(); ++position_) {
        if (!visit(part[position_], ahead)) return false;
      }
    }
    return true;
  }

 private:
  std::vector<std::vector<std::uint64_t>> parts_;  // none, one, or kParts
  std::size_t size_ = 0;
  // How far the walk has come.
  std::size_t part_ = 0;
  std::size_t position_ = 0;
};

}  // namespace countd::storage
