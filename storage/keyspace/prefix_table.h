// The prefixes that compact keys share, numbered with 16 bits.
//
// A prefix gets its number when it has been asked for a few times: keys that merely happen to end
// in a digit (random tokens) have prefixes of their own, which must not use up the numbers. A
// small table of candidates, each with a fingerprint and a count that a stranger in the same
// place lowers, tells the two apart. A number is given back when nobody holds it any more, which
// means that no key has the prefix. While the numbers are used up, keys with further prefixes are
// stored as text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace countd::storage {

class PrefixTable {
 public:
  static constexpr std::size_t kMaxPrefixes = 65'535;
  static constexpr std::size_t kMaxLength = 64;
  /// How many keys with a prefix must come before it is given a number.
  static constexpr int kSightings = 4;

  explicit PrefixTable(std::uint64_t seed);
  ~PrefixTable();
  PrefixTable(const PrefixTable&) = delete;
  PrefixTable& operator=(const PrefixTable&) = delete;

  /// The number of `prefix`, which is given one if it has earned it; nothing if it has none. Who
  /// keeps the number must hold it before anything else can be released.
  std::optional<std::uint16_t> number_of(std::string_view prefix);
  /// One holder more of a number, and one less: with the last one the number is given back.
  void hold(std::uint16_t number) { ++holders_[number]; }
  void release(std::uint16_t number) {
    if (--holders_[number] == 0) forget(number);
  }
  /// REQUIRES: somebody holds `number`. The text stays where it is as long as that is so.
  [[nodiscard]] std::string_view text(std::uint16_t number) const { return texts_[number]; }

  /// How many prefixes have a number.
  [[nodiscard]] std::size_t size() const { return next_ - free_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  struct Candidate {
    std::uint32_t fingerprint = 0;
    std::int32_t sightings = 0;
  };
  struct Free {
    void operator()(void* block) const { std::free(block); }
  };
  static constexpr std::size_t kSlots = 131'072;
  static constexpr std::size_t kCandidates = 1'024;

  static std::size_t bytes_of(std::string_view prefix);
  bool has_earned_a_number(std::uint64_t hash);
  std::uint16_t add(std::string_view prefix, std::size_t slot);
  void forget(std::uint16_t number);
  void empty_slot(std::size_t slot);
  [[nodiscard]] std::size_t first_slot_of(std::uint16_t number) const;

  std::uint64_t seed_;
  std::size_t memory_bytes_ = 0;
  std::uint16_t last_ = 0;
  // These arrays have their final size from the start and are zero pages until used, so that the
  // table never stops to grow.
  std::unique_ptr<std::string_view[], Free> texts_;
  std::unique_ptr<std::uint16_t[], Free> slots_;    // number + 1; 0 is empty
  std::unique_ptr<std::uint32_t[], Free> holders_;  // by number
  std::size_t next_ = 0;                            // never given yet
  std::vector<std::uint16_t> free_;                 // given back
  std::array<Candidate, kCandidates> candidates_{};
};

}  // namespace countd::storage
