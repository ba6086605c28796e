#include "tools/inspect/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/inspect/quote.h"

namespace countd::inspect {
namespace {

using Prefix = std::pair<std::string, Tally>;

std::vector<Prefix> most_frequent(const Survey& survey, std::size_t count) {
  std::vector<Prefix> all{survey.prefixes.begin(), survey.prefixes.end()};
  std::sort(all.begin(), all.end(), [](const Prefix& a, const Prefix& b) {
    return a.second.keys != b.second.keys ? a.second.keys > b.second.keys : a.first < b.first;
  });
  all.resize(std::min(all.size(), count));
  return all;
}

class Text {
 public:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  void tally(std::string_view name, const Tally& tally) {
    const double mean =
        tally.keys == 0 ? 0 : static_cast<double>(tally.bytes) / static_cast<double>(tally.keys);
    line("  {:<32} {:>12} keys {:>14} bytes {:>10.1f} each", name, tally.keys, tally.bytes, mean);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void describe_expiry(Text& text, const ExpiryTally& expiry) {
  text.line("expiry");
  text.line("  none {}, expired {}, within an hour {}, a day {}, a week {}, later {}", expiry.none,
            expiry.expired, expiry.within_hour, expiry.within_day, expiry.within_week,
            expiry.later);
}

/// "name": {"keys": 1, "bytes": 2}
std::string json_tally(std::string_view name, const Tally& tally) {
  return fmt::format("{}: {{\"keys\": {}, \"bytes\": {}}}", json(name), tally.keys, tally.bytes);
}

std::string json_expiry(const ExpiryTally& expiry) {
  return fmt::format(
      "{{\"none\": {}, \"expired\": {}, \"within_hour\": {}, \"within_day\": {}, "
      "\"within_week\": {}, \"later\": {}}}",
      expiry.none, expiry.expired, expiry.within_hour, expiry.within_day, expiry.within_week,
      expiry.later);
}

std::string json_checks(const Survey& survey) {
  return fmt::format(
      "{{\"checksum\": {}, \"index\": {}, \"duplicates\": {}, \"error\": {}, \"sound\": {}}}",
      json(survey.checks.checksum), json(survey.checks.index), json(survey.checks.duplicates),
      survey.error ? json(survey.error->text()) : "null", survey.sound());
}

}  // namespace

std::string report_text(const Survey& survey, std::size_t prefixes) {
  Text text;
  text.line("file       {}, {} bytes, {} blocks", shown(survey.magic), survey.file_bytes,
            survey.blocks);
  for (const auto& [key, value] : survey.notes) text.line("  {} = {}", key, shown(value));
  text.line("checksum   {}", survey.checks.checksum);
  text.line("index      {}", survey.checks.index);
  text.line("duplicates {}", survey.checks.duplicates);
  text.line("types");
  for (const auto& [type, tally] : survey.types) text.tally(type, tally);
  text.tally("all", survey.all);
  text.line("databases");
  for (const auto& [db, tally] : survey.databases) {
    text.tally(fmt::format("{} ({} with expiry)", db, tally.expires), tally.all);
  }
  describe_expiry(text, survey.expiry);
  text.line("prefixes");
  for (const auto& [prefix, tally] : most_frequent(survey, prefixes)) {
    text.tally(prefix.empty() ? "(none)" : shown(prefix), tally);
  }
  if (survey.other_prefixes.keys > 0) text.tally("(further prefixes)", survey.other_prefixes);
  text.line("largest");
  for (const auto& entry : survey.largest) {
    text.line("  {:>12} bytes  {} in db {}: {}", entry.bytes, entry.type, entry.db,
              shown(entry.key));
  }
  if (survey.error) text.line("DAMAGED    {}", survey.error->text());
  return text.take();
}

std::string report_json(const Survey& survey, std::size_t prefixes) {
  const auto type = [](const auto& item) { return json_tally(item.first, item.second); };
  const auto note = [](const auto& item) { return json(item.first) + ": " + json(item.second); };
  const auto database = [](const auto& item) {
    return fmt::format("\"{}\": {{\"keys\": {}, \"bytes\": {}, \"expires\": {}}}", item.first,
                       item.second.all.keys, item.second.all.bytes, item.second.expires);
  };
  const auto large = [](const LargeEntry& entry) {
    return fmt::format("{{\"bytes\": {}, \"db\": {}, \"type\": {}, \"key\": {}}}", entry.bytes,
                       entry.db, json(entry.type), json(entry.key));
  };
  return fmt::format(
      "{{\"magic\": {}, \"bytes\": {}, \"blocks\": {}, \"notes\": {{{}}}, \"checks\": {}, "
      "\"types\": {{{}}}, {}, \"databases\": {{{}}}, \"expiry\": {}, \"prefixes\": {{{}}}, {}, "
      "\"largest\": [{}]}}\n",
      json(survey.magic), survey.file_bytes, survey.blocks, json_list(survey.notes, note),
      json_checks(survey), json_list(survey.types, type), json_tally("all", survey.all),
      json_list(survey.databases, database), json_expiry(survey.expiry),
      json_list(most_frequent(survey, prefixes), type),
      json_tally("further_prefixes", survey.other_prefixes), json_list(survey.largest, large));
}

}  // namespace countd::inspect
