// countd-inspect: what is in a snapshot or a log, and whether it is sound.
//
//   countd-inspect [--json] [--largest N] [--prefixes N] [--no-duplicates] FILE|DIRECTORY
//
// Reads files of countd, Redis and Valkey. Exit status: 0 the file is sound, 1 it is not, 2 it
// cannot be read or the arguments are wrong.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "storage/disk/real_disk.h"
#include "tools/inspect/log_report.h"
#include "tools/inspect/report.h"
#include "tools/inspect/target.h"

namespace {

using namespace countd;

constexpr std::string_view kUsage =
    "usage: countd-inspect [--json] [--largest N] [--prefixes N] [--no-duplicates] "
    "FILE|DIRECTORY\n"
    "\n"
    "A FILE is a snapshot, a file of a log or its manifest, a DIRECTORY that of a log.\n"
    "\n"
    "  --json           one JSON object instead of text\n"
    "  --largest N      name the N largest entries (10)\n"
    "  --prefixes N     list the N most frequent prefixes, up to the last ':' (20)\n"
    "  --no-duplicates  do not look for keys that occur twice (eight bytes of memory a key)\n";

struct Arguments {
  inspect::SurveyOptions survey;
  std::size_t prefixes = 20;
  bool json = false;
  std::string path;
};

bool parse_count(std::string_view text, std::size_t& count) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc{} && stop == text.data() + text.size();
}

std::optional<Arguments> parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_next = i + 1 < argc;
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--no-duplicates") {
      arguments.survey.duplicates = 0;
    } else if (word == "--largest" && has_next) {
      if (!parse_count(argv[++i], arguments.survey.largest)) return {};
    } else if (word == "--prefixes" && has_next) {
      if (!parse_count(argv[++i], arguments.prefixes)) return {};
    } else if (word.starts_with("-") || !arguments.path.empty()) {
      return {};
    } else {
      arguments.path = word;
    }
  }
  if (arguments.path.empty()) return {};
  return arguments;
}

storage::Millis now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kUnsound = 1;
  constexpr int kUnreadable = 2;
  auto arguments = parse(argc, argv);
  if (!arguments) {
    std::fwrite(kUsage.data(), 1, kUsage.size(), stderr);
    return kUnreadable;
  }
  storage::RealDisk disk;
  const auto target = inspect::find_target(disk, arguments->path);
  if (!target) {
    fmt::print(stderr, "countd-inspect: {}\n", target.error().what);
    return target.error().unreadable ? kUnreadable : kUnsound;
  }
  if (target->kind != inspect::Target::Kind::kSnapshot) {
    const auto log = inspect::survey_log(disk, *target, {});
    fmt::print("{}", arguments->json ? inspect::log_report_json(log, arguments->prefixes)
                                     : inspect::log_report_text(log, arguments->prefixes));
    return log.sound() ? 0 : kUnsound;
  }
  const auto file = disk.read(target->path);
  if (!file) {
    fmt::print(stderr, "countd-inspect: {}\n", file.error().what);
    return kUnreadable;
  }
  arguments->survey.now = now();
  const inspect::Survey survey = inspect::survey((*file)->bytes(), arguments->survey);
  fmt::print("{}", arguments->json ? inspect::report_json(survey, arguments->prefixes)
                                   : inspect::report_text(survey, arguments->prefixes));
  return survey.sound() ? 0 : kUnsound;
}
