// What is in an RDB file: counted in one walk over it, in memory that does not grow with the file
// (but for eight bytes a key while duplicates are looked for).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/base/time.h"
#include "storage/rdb/file_layout.h"

namespace countd::inspect {

struct SurveyOptions {
  storage::Millis now = 0;               // what has expired by then is counted as expired
  std::size_t largest = 10;              // how many of the largest entries are named
  std::size_t prefixes = 100'000;        // more are counted together
  std::size_t duplicates = 100'000'000;  // keys among which duplicates are looked for; 0: do not
};

struct Tally {
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;  // in the file, key and value and all

  void add(std::uint64_t size) {
    ++keys;
    bytes += size;
  }
};

struct DatabaseTally {
  Tally all;
  std::uint64_t expires = 0;
};

struct LargeEntry {
  std::uint64_t bytes = 0;
  int db = 0;
  std::string key;
  std::string type;
};

/// Entries by how long they have left.
struct ExpiryTally {
  std::uint64_t none = 0;
  std::uint64_t expired = 0;
  std::uint64_t within_hour = 0;
  std::uint64_t within_day = 0;
  std::uint64_t within_week = 0;
  std::uint64_t later = 0;
};

/// What was checked, in the words of the report: "ok", "none", or what is wrong.
struct Checks {
  std::string checksum = "none";
  std::string index = "none";
  std::string duplicates = "none";
};

struct Survey {
  std::uint64_t file_bytes = 0;
  std::string magic;
  std::vector<std::pair<std::string, std::string>> notes;
  std::uint64_t blocks = 0;
  Tally all;
  std::map<std::string, Tally> types;
  std::map<int, DatabaseTally> databases;
  std::unordered_map<std::string, Tally> prefixes;  // up to and with the last ':' of a key
  Tally other_prefixes;                             // beyond SurveyOptions::prefixes
  std::vector<LargeEntry> largest;                  // largest first
  ExpiryTally expiry;
  Checks checks;
  std::optional<storage::rdb::FormatError> error;  // where the walk ended, if too early

  /// No error, and every check that could be made holds.
  [[nodiscard]] bool sound() const;
};

/// Walks over all of `file`.
Survey survey(std::string_view file, const SurveyOptions& options);

}  // namespace countd::inspect
