#include "tools/inspect/log_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "tools/inspect/quote.h"

namespace countd::inspect {
namespace {

using Prefix = std::pair<std::string, PrefixTally>;

std::vector<Prefix> most_frequent(const LogSurvey& survey, std::size_t count) {
  std::vector<Prefix> all{survey.prefixes.begin(), survey.prefixes.end()};
  std::sort(all.begin(), all.end(), [](const Prefix& a, const Prefix& b) {
    return a.second.keys != b.second.keys ? a.second.keys > b.second.keys : a.first < b.first;
  });
  all.resize(std::min(all.size(), count));
  return all;
}

std::string time_text(storage::Millis time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(time / 1000)));
}

std::string describe(const LogPart& part) {
  std::string text = fmt::format("  {:<9} {}, {} bytes", part.role, part.path, part.bytes);
  if (part.snapshot_keys > 0) text += fmt::format(", a snapshot of {} keys", part.snapshot_keys);
  if (part.frames > 0) text += fmt::format(", {} frames, {} commands", part.frames, part.commands);
  if (!part.problem.empty()) text += "\n  NOT GOOD  " + part.problem;
  return text + '\n';
}

std::string describe(std::string_view prefix, const PrefixTally& tally) {
  return fmt::format("  {:<32} {:>12} keys {:>14} mentions\n", prefix, tally.keys, tally.mentions);
}

std::string json_prefix(std::string_view name, const PrefixTally& tally) {
  return fmt::format("{}: {{\"keys\": {}, \"mentions\": {}}}", json(name), tally.keys,
                     tally.mentions);
}

}  // namespace

std::string log_report_text(const LogSurvey& survey, std::size_t prefixes) {
  std::string text = "files\n";
  for (const LogPart& part : survey.parts) text += describe(part);
  text += fmt::format("all        {} bytes, {} frames\n", survey.bytes, survey.frames);
  if (survey.last_epoch > 0) {
    text += fmt::format("epochs     {} to {}\n", survey.first_epoch, survey.last_epoch);
  }
  if (survey.last_time > 0) {
    text += fmt::format("times      {} to {}\n", time_text(survey.first_time),
                        time_text(survey.last_time));
  } else {
    text += "times      none\n";
  }
  text += "commands\n";
  for (const auto& [name, tally] : survey.commands) {
    text += fmt::format("  {:<32} {:>12} times {:>13} bytes\n", shown(name), tally.commands,
                        tally.bytes);
  }
  text += fmt::format("distinct keys by prefix ({} in all)\n", survey.distinct_keys);
  for (const auto& [prefix, tally] : most_frequent(survey, prefixes)) {
    text += describe(prefix.empty() ? "(none)" : shown(prefix), tally);
  }
  if (survey.other_prefixes.mentions > 0) {
    text += describe("(further prefixes)", survey.other_prefixes);
  }
  return text;
}

std::string log_report_json(const LogSurvey& survey, std::size_t prefixes) {
  const auto part = [](const LogPart& one) {
    return fmt::format(
        "{{\"path\": {}, \"role\": {}, \"bytes\": {}, \"frames\": {}, \"commands\": {}, "
        "\"snapshot_keys\": {}, \"error\": {}}}",
        json(one.path), json(one.role), one.bytes, one.frames, one.commands, one.snapshot_keys,
        one.problem.empty() ? "null" : json(one.problem));
  };
  const auto command = [](const auto& item) {
    return fmt::format("{}: {{\"times\": {}, \"bytes\": {}}}", json(item.first),
                       item.second.commands, item.second.bytes);
  };
  const auto prefix = [](const Prefix& item) { return json_prefix(item.first, item.second); };
  return fmt::format(
      "{{\"files\": [{}], \"bytes\": {}, \"frames\": {}, \"epochs\": [{}, {}], "
      "\"times\": [{}, {}], \"commands\": {{{}}}, \"distinct_keys\": {}, \"prefixes\": {{{}}}, "
      "{}, \"sound\": {}}}\n",
      json_list(survey.parts, part), survey.bytes, survey.frames, survey.first_epoch,
      survey.last_epoch, survey.first_time / 1000, survey.last_time / 1000,
      json_list(survey.commands, command), survey.distinct_keys,
      json_list(most_frequent(survey, prefixes), prefix),
      json_prefix("further_prefixes", survey.other_prefixes), survey.sound());
}

}  // namespace countd::inspect
