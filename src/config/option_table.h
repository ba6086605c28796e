// The table of options: one row each, from which everything else is derived: reading a
// configuration file, CONFIG GET, SET and REWRITE, and conf/countd.conf.
//
// A row's default is what a fresh Options holds. Rows of Section::kInert are the options of Redis
// 7.0 that are accepted, remembered and shown, and do nothing here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.h"

namespace countd::config {

enum class Section : std::uint8_t {
  kNetwork,
  kThreads,
  kProcess,
  kSnapshots,
  kLog,
  kMemory,
  kSketches,
  kObserving,
  kInert,
};
inline constexpr int kSections = 9;

enum class Mutability : std::uint8_t {
  kMutable,
  kImmutable,  // set at start only
  kProtected,  // by CONFIG SET only as enable-protected-configs says
};

/// An option is told what is wrong with its words, in Redis's words; nothing: all is well.
using Complaint = std::optional<std::string>;
using Words = std::span<const std::string>;

/// yes or no.
struct Flag {
  bool Options::* member;
};

enum class Unit : std::uint8_t { kPlain, kMemory, kOctal };
/// An integer from `min` to `max`; kMemory reads 1kb = 1024, 1k = 1000 and the like.
struct Number {
  std::int64_t (*get)(const Options&);
  void (*set)(Options&, std::int64_t);
  std::int64_t min;
  std::int64_t max;
  Unit unit;
};

/// A fraction between 0 and 1, both excluded.
struct Fraction {
  double Options::* member;
};

struct Name {
  std::string_view text;
  std::uint8_t value;
};
/// One of several names.
struct Choice {
  std::uint8_t (*get)(const Options&);
  void (*set)(Options&, std::uint8_t);
  std::span<const Name> names;
};

struct Text {
  std::string Options::* member;
};

/// An option with a grammar of its own.
struct Special {
  /// `again`: the same file has set the option before.
  Complaint (*read)(Words words, bool again, Options& options);
  std::string (*show)(const Options& options);
  /// What stands after the option's name, for each of its lines; null: it takes one word, which
  /// stands there as it is shown.
  std::vector<std::string> (*lines)(const Options& options);
};

enum class InertKind : std::uint8_t { kFlag, kNumber, kMemory, kText, kWords };
/// Remembered as text in Options::inert.
struct Inert {
  InertKind kind;
  std::string_view default_text;
  bool only_default;  // refused otherwise: to ignore it would break what the user counts on
  std::uint8_t index = 0;
};

using Field = std::variant<Flag, Number, Fraction, Choice, Text, Special, Inert>;

struct Row {
  std::string_view name;
  std::string_view alias;  // an older or other name of Redis; empty: none
  Section section;
  Mutability mutability;
  Field field;
  std::string_view documentation;
  bool secret = false;  // its value is not to be seen in what is kept of requests

  [[nodiscard]] bool inert() const { return section == Section::kInert; }
};

/// All rows, section by section.
std::span<const Row> option_table();

/// The row of that name or alias, whatever its case; or null.
const Row* find_option(std::string_view name);

/// "NETWORK", and one sentence.
std::string_view section_title(Section section);

}  // namespace countd::config
