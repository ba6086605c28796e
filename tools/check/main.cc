// countd-check: whether snapshots and logs are good, and what can be done where they are not.
//
//   countd-check FILE|DIRECTORY...
//   countd-check --repair [--output DIRECTORY] LOG
//   countd-check --until TIME --output DIRECTORY LOG
//
// Reads files of countd and of Redis. Exit status: 0 all of it is good, 1 it is not, 2 the
// arguments are wrong.
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk/real_disk.h"
#include "tools/check/repair.h"
#include "tools/check/restore.h"
#include "tools/check/salvage.h"
#include "tools/check/time_text.h"
#include "tools/check/verify.h"

namespace {

using namespace countd;

constexpr std::string_view kUsage =
    "usage: countd-check FILE|DIRECTORY...\n"
    "       countd-check --repair [--output DIRECTORY] LOG\n"
    "       countd-check --until TIME --output DIRECTORY LOG\n"
    "\n"
    "A FILE is a snapshot, a file of a log or its manifest, a DIRECTORY that of a log.\n"
    "\n"
    "  --repair      shortens a log that ends in a torn frame; stop the server first. With\n"
    "                --output, writes what is good before any damage there instead\n"
    "  --until TIME  writes the log as it was at TIME, seconds since 1970 or like\n"
    "                2023-11-14T22:13:20Z; the log needs timestamps (aof-timestamp-enabled)\n"
    "  --output DIR  where to: a directory that is new or empty\n";

constexpr int kGood = 0;
constexpr int kNotGood = 1;
constexpr int kWrongUsage = 2;

struct Arguments {
  bool repair = false;
  std::optional<storage::Millis> until;
  std::string output;
  std::vector<std::string> paths;
};

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_next = i + 1 < argc;
    if (word == "--repair") {
      arguments.repair = true;
    } else if (word == "--until" && has_next) {
      arguments.until = check::parse_time(argv[++i]);
      if (!arguments.until) return {};
    } else if (word == "--output" && has_next) {
      arguments.output = argv[++i];
    } else if (word.starts_with("-")) {
      return {};
    } else {
      arguments.paths.emplace_back(word);
    }
  }
  const bool restores = arguments.until.has_value();
  const bool one = arguments.paths.size() == 1;
  const bool writes = !arguments.output.empty();
  const bool fits = restores ? writes && !arguments.repair : !writes || arguments.repair;
  if (arguments.paths.empty() || !fits || ((restores || arguments.repair) && !one)) return {};
  return arguments;
}

int fail(std::string_view why) {
  fmt::print(stderr, "countd-check: {}\n", why);
  return kNotGood;
}

int verify(storage::Disk& disk, const inspect::Target& target, bool repairs) {
  const check::Verdict verdict = check::verify(disk, target);
  fmt::print("{}", check::report(verdict));
  if (verdict.good() || !repairs) return verdict.good() ? kGood : kNotGood;
  const auto plan = check::plan_repair(verdict);
  if (!plan) return fail(plan.error().what);
  fmt::print("{}\n", plan->text());
  std::fflush(stdout);
  if (const auto repaired = check::repair(disk, *plan); !repaired) {
    return fail(repaired.error().what);
  }
  return verify(disk, target, false);
}

int write_copy(storage::Disk& disk, const check::RestorePlan& plan, const std::string& output,
               const std::string& said) {
  if (const auto restored = check::restore(disk, plan, output); !restored) {
    return fail(restored.error().what);
  }
  const auto written = inspect::find_target(disk, output);
  if (!written) return fail(written.error().what);
  fmt::print("{}\n", said);
  return verify(disk, *written, false);
}

int salvage(storage::Disk& disk, const inspect::Target& target, const std::string& output) {
  fmt::print("{}", check::report(check::verify(disk, target)));
  const auto plan = check::plan_salvage(disk, target);
  if (!plan) return fail(plan.error().what);
  const auto& left_out = plan->left_out;
  return write_copy(disk, plan->copies, output,
                    output + " has " + (left_out.empty() ? "all of it" : "it without " + left_out));
}

int restore(storage::Disk& disk, const inspect::Target& target, const Arguments& arguments) {
  const auto plan = check::plan_restore(disk, target, *arguments.until);
  if (!plan) return fail(plan.error().what);
  return write_copy(disk, *plan, arguments.output,
                    arguments.output + " has the log until " + check::spell_time(*arguments.until));
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse(argc, argv);
  if (!arguments) {
    std::fwrite(kUsage.data(), 1, kUsage.size(), stderr);
    return kWrongUsage;
  }
  storage::RealDisk disk;
  int status = kGood;
  for (const std::string& path : arguments->paths) {
    const auto target = inspect::find_target(disk, path);
    const int found = !target                     ? fail(target.error().what)
                      : arguments->until          ? restore(disk, *target, *arguments)
                      : arguments->output.empty() ? verify(disk, *target, arguments->repair)
                                                  : salvage(disk, *target, arguments->output);
    if (found != kGood) status = found;
  }
  return status;
}
