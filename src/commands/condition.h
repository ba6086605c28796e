// Conditions on what a key holds now: NX, XX, and Redis 8.4's comparisons with its value or with
// the value's digest (XXH3, 16 hexadecimal digits).
#pragma once

#include <string>
#include <string_view>

#include "commands/arguments.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

class Condition {
 public:
  enum class Kind : std::uint8_t {
    kNone,
    kMissing,         // NX
    kExists,          // XX
    kEqual,           // IFEQ value
    kNotEqual,        // IFNE value: a missing key is not equal
    kDigestEqual,     // IFDEQ digest
    kDigestNotEqual,  // IFDNE digest: a missing key has none
  };

  /// Consumes NX or XX. False if the next word is neither, or contradicts an earlier one.
  bool take_existence(Arguments& args);
  /// Consumes IFEQ, IFNE, IFDEQ or IFDNE and its value, likewise.
  bool take_comparison(Arguments& args);
  /// Fails `args` unless a digest has its 16 digits.
  void check(Arguments& args) const;

  [[nodiscard]] Kind kind() const { return kind_; }
  /// Must the value be looked at, and so be a string?
  [[nodiscard]] bool compares() const { return kind_ >= Kind::kEqual; }
  /// REQUIRES: missing, or a string where compares().
  [[nodiscard]] bool holds(const storage::EntryView& entry) const;

 private:
  bool choose(Arguments& args, std::string_view token, Kind kind);
  bool compare(Arguments& args, std::string_view token, Kind kind);

  Kind kind_ = Kind::kNone;
  std::string_view operand_;
};

/// What DIGEST answers of a value.
std::string digest_of(std::string_view value);

}  // namespace countd::commands
