#include "tools/inspect/log_survey.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <unordered_set>

#include "storage/base/integer.h"
#include "storage/base/key.h"
#include "storage/log/log_reader.h"
#include "storage/log/manifest.h"
#include "tools/inspect/survey.h"

namespace countd::inspect {
namespace {

using Words = std::span<const std::string_view>;
using storage::log::LogEnd;

/// Where the keys of a command are: from `first`, every `step`; up to the last word or one alone.
struct KeyPositions {
  std::string_view name;
  std::size_t first;
  std::size_t step;
};

/// Commands of which the second word alone is a key are not listed: nearly all of those that change
/// something. `first` 0: no keys.
constexpr std::array kKeyPositions = {
    KeyPositions{"DEL", 1, 1},      KeyPositions{"UNLINK", 1, 1},  KeyPositions{"MSET", 1, 2},
    KeyPositions{"MSETNX", 1, 2},   KeyPositions{"PFMERGE", 1, 1}, KeyPositions{"BITOP", 2, 0},
    KeyPositions{"XGROUP", 2, 0},   KeyPositions{"SELECT", 0, 0},  KeyPositions{"SWAPDB", 0, 0},
    KeyPositions{"FLUSHALL", 0, 0}, KeyPositions{"FLUSHDB", 0, 0}, KeyPositions{"PUBLISH", 0, 0},
    KeyPositions{"SPUBLISH", 0, 0}, KeyPositions{"EVAL", 0, 0},    KeyPositions{"FUNCTION", 0, 0},
    KeyPositions{"SCRIPT", 0, 0},
};

KeyPositions positions_of(std::string_view name) {
  const auto* found = std::find_if(kKeyPositions.begin(), kKeyPositions.end(),
                                   [&](const KeyPositions& row) { return row.name == name; });
  return found != kKeyPositions.end() ? *found : KeyPositions{name, 1, 0};
}

/// Counts commands into a LogSurvey.
class Counting {
 public:
  Counting(LogSurvey& survey, const LogSurveyOptions& options)
      : survey_(survey), options_(options) {}

  void count(Words words) {
    name_.assign(words[0]);
    std::transform(name_.begin(), name_.end(), name_.begin(), [](char byte) {
      return byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
    });
    tally(words);
    if (name_ == "SELECT" && words.size() == 2) {
      db_ = static_cast<std::uint64_t>(storage::parse_integer(words[1]).value_or(0));
    }
    const KeyPositions keys = positions_of(name_);
    if (keys.first == 0) return;
    for (std::size_t i = keys.first; i < words.size(); i += keys.step) {
      count_key(words[i]);
      if (keys.step == 0) break;
    }
  }

  /// Each file begins in database 0.
  void begin_file() { db_ = 0; }

 private:
  void tally(Words words) {
    // A damaged log of Redis could name any number of commands.
    constexpr std::size_t kMaxNames = 1000;
    const bool known = survey_.commands.size() < kMaxNames || survey_.commands.contains(name_);
    CommandTally& tally = survey_.commands[known ? name_ : "(others)"];
    ++tally.commands;
    for (const auto word : words) tally.bytes += word.size();
  }

  void count_key(std::string_view key) {
    const bool is_new =
        keys_.size() < options_.distinct_keys && keys_.insert(storage::hash_key(key, db_)).second;
    const std::size_t colon = key.rfind(':');
    prefix_.assign(key.substr(0, colon == std::string_view::npos ? 0 : colon + 1));
    const auto found = survey_.prefixes.find(prefix_);
    PrefixTally* tally = &survey_.other_prefixes;
    if (found != survey_.prefixes.end()) {
      tally = &found->second;
    } else if (survey_.prefixes.size() < options_.prefixes) {
      tally = &survey_.prefixes[prefix_];
    }
    ++tally->mentions;
    tally->keys += is_new ? 1 : 0;
    survey_.distinct_keys += is_new ? 1 : 0;
  }

  LogSurvey& survey_;
  const LogSurveyOptions& options_;
  std::unordered_set<std::uint64_t> keys_;
  std::uint64_t db_ = 0;
  std::string name_;
  std::string prefix_;
};

void note_range(LogSurvey& survey, const LogEnd& end) {
  survey.frames += end.frames;
  if (survey.first_time == 0) survey.first_time = end.first_time;
  if (end.last_time > 0) survey.last_time = end.last_time;
}

void note_epochs(LogSurvey& survey, const LogEnd& end) {
  if (survey.first_epoch == 0) survey.first_epoch = end.first_epoch;
  if (end.last_epoch > 0) survey.last_epoch = end.last_epoch;
}

void survey_part(storage::Disk& disk, LogPart& part, LogSurvey& survey, Counting& counting) {
  const auto file = disk.read(part.path);
  if (!file) {
    part.problem = file.error().what;
    return;
  }
  const std::string_view bytes = (*file)->bytes();
  part.bytes = bytes.size();
  survey.bytes += bytes.size();
  if (part.role == "base" && is_snapshot(part.path, bytes)) {
    const Survey base = inspect::survey(bytes, {.largest = 0, .prefixes = 0, .duplicates = 0});
    part.snapshot_keys = base.all.keys;
    if (!base.sound()) part.problem = "damaged; look at the file alone";
    return;
  }
  counting.begin_file();
  const bool base = storage::log::is_command_base(part.path);
  const LogEnd end = storage::log::read_log(bytes, {.command_base = base}, [&](Words words) {
    counting.count(words);
    return std::string{};
  });
  part.frames = end.frames;
  part.commands = end.commands;
  part.problem = end.what;
  note_range(survey, end);
  if (part.role != "base") note_epochs(survey, end);  // which counts its frames by itself
}

}  // namespace

bool LogSurvey::sound() const {
  return std::all_of(parts.begin(), parts.end(),
                     [](const LogPart& part) { return part.problem.empty(); });
}

LogSurvey survey_log(storage::Disk& disk, const Target& target, const LogSurveyOptions& options) {
  LogSurvey survey;
  Counting counting{survey, options};
  for (const auto& [path, role] : target.parts()) {
    LogPart& part = survey.parts.emplace_back();
    part.path = path;
    part.role = role;
    survey_part(disk, part, survey, counting);
  }
  return survey;
}

}  // namespace countd::inspect
