#include "tools/check/salvage.h"

#include <fmt/format.h>

#include "tools/check/verify.h"

namespace countd::check {
namespace {

/// How much of it is good, and whether that is all.
struct GoodPart {
  std::uint64_t bytes = 0;
  bool whole = false;
};

GoodPart good_part(const FileVerdict& file) {
  if (file.problem.empty()) return {file.bytes, true};
  // What cannot be read, or does not follow the file before, is not begun with.
  const bool stops_within = file.end && file.end->kind != storage::log::LogEnd::Kind::kWhole;
  return {stops_within ? file.end->good_bytes : 0, false};
}

}  // namespace

boost::system::result<SalvagePlan, RestoreProblem> plan_salvage(storage::Disk& disk,
                                                                const inspect::Target& target) {
  if (target.kind != inspect::Target::Kind::kLog) {
    return RestoreProblem{target.path + " is not a log with a manifest"};
  }
  const Verdict verdict = verify(disk, target);
  SalvagePlan plan;
  plan.copies.from = target.directory;
  plan.copies.manifest_name = target.manifest_name;
  auto file = verdict.files.begin();
  if (target.manifest.base) {
    if (!file->problem.empty()) return RestoreProblem{"the base is not good: " + file->problem};
    plan.copies.manifest.base = target.manifest.base;
    plan.copies.files.push_back({target.manifest.base->name, file->bytes});
    ++file;
  }
  for (const auto& increment : target.manifest.increments) {
    const GoodPart good = good_part(*file);
    if (good.bytes > 0) {
      plan.copies.manifest.increments.push_back(increment);
      plan.copies.files.push_back({increment.name, good.bytes});
    }
    ++file;
    if (good.whole) continue;
    const auto behind = verdict.files.end() - file;
    plan.left_out = fmt::format("{} from byte {} on", increment.name, good.bytes);
    if (behind > 0) plan.left_out += fmt::format(", and {} files behind it", behind);
    break;
  }
  return plan;
}

}  // namespace countd::check
