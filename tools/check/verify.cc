#include "tools/check/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/log/manifest.h"
#include "tools/check/time_text.h"
#include "tools/inspect/survey.h"

namespace countd::check {
namespace {

using storage::log::LogEnd;

/// What is wrong with a snapshot, or nothing.
std::string problem_of(const inspect::Survey& survey) {
  if (survey.sound()) return {};
  if (survey.error) return "damaged, " + survey.error->text();
  const auto& checks = survey.checks;
  return fmt::format("damaged: checksum {}, index {}, duplicates {}", checks.checksum, checks.index,
                     checks.duplicates);
}

std::string problem_of(const LogEnd& end) {
  if (end.kind == LogEnd::Kind::kWhole) return {};
  return (end.kind == LogEnd::Kind::kTorn ? "torn, " : "damaged, ") + end.what;
}

FileVerdict verify_file(storage::Disk& disk, const inspect::Target::Part& part) {
  FileVerdict verdict;
  verdict.path = part.path;
  verdict.role = part.role;
  const auto file = disk.read(part.path);
  if (!file) {
    verdict.problem = file.error().what;
    return verdict;
  }
  const std::string_view bytes = (*file)->bytes();
  verdict.bytes = bytes.size();
  if (part.role != "increment" && inspect::is_snapshot(part.path, bytes)) {
    const auto survey = inspect::survey(bytes, {.largest = 0, .prefixes = 0});
    verdict.keys = survey.all.keys;
    verdict.problem = problem_of(survey);
  } else {
    const bool base = storage::log::is_command_base(part.path);
    verdict.end =
        storage::log::read_log(bytes, {.command_base = base}, [](auto) { return std::string{}; });
    verdict.problem = problem_of(*verdict.end);
  }
  return verdict;
}

/// What is wrong with files that are good each for themselves.
void verify_order(std::vector<FileVerdict>& files) {
  std::uint64_t last_epoch = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    FileVerdict& file = files[i];
    if (!file.end || !file.problem.empty()) {
      if (file.torn() && i + 1 < files.size()) file.problem += ", and a later file follows";
      continue;
    }
    if (file.end->last_epoch == 0 || file.role == "base") continue;  // a base counts by itself
    if (file.end->first_epoch <= last_epoch) {
      file.problem = "its epochs do not follow those of the file before";
    }
    last_epoch = file.end->last_epoch;
  }
}

std::string describe(const FileVerdict& file) {
  std::string text = fmt::format("{}: {}, {} bytes", file.path, file.role, file.bytes);
  if (!file.end) return text + fmt::format(", {} keys", file.keys);
  const LogEnd& end = *file.end;
  text += fmt::format(", {} of them good, {} frames, {} commands", end.good_bytes, end.frames,
                      end.commands);
  if (end.last_epoch > 0) text += fmt::format(", last epoch {}", end.last_epoch);
  if (end.last_time > 0) text += ", last time " + spell_time(end.last_time);
  return text;
}

}  // namespace

bool Verdict::good() const {
  return std::all_of(files.begin(), files.end(),
                     [](const FileVerdict& file) { return file.problem.empty(); });
}

bool Verdict::repairable() const {
  return !files.empty() && files.back().torn() && files.back().role != "base" &&
         std::all_of(files.begin(), files.end() - 1,
                     [](const FileVerdict& file) { return file.problem.empty(); });
}

Verdict verify(storage::Disk& disk, const inspect::Target& target) {
  Verdict verdict;
  for (const auto& part : target.parts()) verdict.files.push_back(verify_file(disk, part));
  verify_order(verdict.files);
  return verdict;
}

std::string report(const Verdict& verdict) {
  std::string text;
  for (const FileVerdict& file : verdict.files) {
    text += describe(file) + '\n';
    if (!file.problem.empty()) text += "  NOT GOOD: " + file.problem + '\n';
  }
  return text;
}

}  // namespace countd::check
