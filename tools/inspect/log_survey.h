// What is in a log: counted in one walk over its files, in memory that does not grow with them but
// for the distinct keys (some 16 bytes each, up to a bound).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/base/time.h"
#include "storage/disk/disk.h"
#include "tools/inspect/target.h"

namespace countd::inspect {

struct LogSurveyOptions {
  std::size_t prefixes = 100'000;           // more are counted together
  std::size_t distinct_keys = 100'000'000;  // more are not counted
};

struct CommandTally {
  std::uint64_t commands = 0;
  std::uint64_t bytes = 0;  // of their words
};

struct PrefixTally {
  std::uint64_t keys = 0;      // distinct
  std::uint64_t mentions = 0;  // of one of them, by a command
};

struct LogPart {
  std::string path;
  std::string role;
  std::uint64_t bytes = 0;
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t snapshot_keys = 0;  // a base that is a snapshot
  std::string problem;              // empty: all of it is good
};

struct LogSurvey {
  std::vector<LogPart> parts;
  std::map<std::string, CommandTally> commands;  // by name, in upper case
  std::unordered_map<std::string, PrefixTally> prefixes;
  PrefixTally other_prefixes;  // beyond LogSurveyOptions::prefixes
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t distinct_keys = 0;
  std::uint64_t first_epoch = 0;
  std::uint64_t last_epoch = 0;
  storage::Millis first_time = 0;  // 0: no timestamps
  storage::Millis last_time = 0;

  [[nodiscard]] bool sound() const;
};

/// REQUIRES: a log, or a file of one.
LogSurvey survey_log(storage::Disk& disk, const Target& target, const LogSurveyOptions& options);

}  // namespace countd::inspect
