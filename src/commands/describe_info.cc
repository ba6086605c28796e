// COMMAND INFO: what a row tells a client library.
#include <algorithm>
#include <array>

#include "commands/describe.h"
#include "commands/reply.h"

namespace countd::commands {

namespace {

struct FlagName {
  std::uint32_t flag;
  std::string_view name;
};

// In the order in which Redis shows them.
constexpr std::array kFlagNames = {
    FlagName{kWrite, "write"},
    FlagName{kReadOnly, "readonly"},
    FlagName{kDenyOom, "denyoom"},
    FlagName{kAdmin, "admin"},
    FlagName{kPubSub, "pubsub"},
    FlagName{kNoScript, "noscript"},
    FlagName{kBlocking, "blocking"},
    FlagName{kLoading, "loading"},
    FlagName{kStale, "stale"},
    FlagName{kSkipMonitor, "skip_monitor"},
    FlagName{kSkipSlowlog, "skip_slowlog"},
    FlagName{kFast, "fast"},
    FlagName{kNoAuth, "no_auth"},
    FlagName{kNoMandatoryKeys, "no_mandatory_keys"},
    FlagName{kNoAsyncLoading, "no_async_loading"},
    FlagName{kNoMulti, "no_multi"},
    FlagName{kMovableKeys, "movablekeys"},
    FlagName{kAllowBusy, "allow_busy"},
};

constexpr std::array<FlagName, 9> kAccessNames = {{
    {kRO, "RO"},
    {kRW, "RW"},
    {kOW, "OW"},
    {kRM, "RM"},
    {kAccess, "access"},
    {kUpdate, "update"},
    {kInsert, "insert"},
    {kDelete, "delete"},
    {kVariable, "variable_flags"},
}};

constexpr std::array<std::string_view, 21> kCategories = {
    "@keyspace",   "@read",        "@write",    "@set",         "@sortedset", "@list",
    "@hash",       "@string",      "@bitmap",   "@hyperloglog", "@geo",       "@stream",
    "@pubsub",     "@admin",       "@fast",     "@slow",        "@blocking",  "@dangerous",
    "@connection", "@transaction", "@scripting"};

std::vector<std::string_view> split(std::string_view words) {
  std::vector<std::string_view> parts;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    if (end > 0) parts.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return parts;
}

void answer_statuses(const std::vector<std::string_view>& texts, Reply& reply) {
  reply.set(texts.size());
  for (const auto text : texts) reply.simple(text);
}

std::vector<std::string_view> flags_of(const Command& row) {
  std::vector<std::string_view> names;
  for (const auto& [flag, name] : kFlagNames) {
    if ((row.flags & flag) != 0) names.push_back(name);
  }
  return names;
}

struct KeyRange {
  int index;  // where the first key, or their number, stands
  int last;   // relative to `index`, or from the end if negative
  int step;
  bool counted;
};

void answer_key_spec(const std::vector<std::string_view>& access, const KeyRange& range,
                     std::string_view note, Reply& reply) {
  reply.map(note.empty() ? 3 : 4);
  if (!note.empty()) {
    reply.bulk("notes");
    reply.bulk(note);
  }
  reply.bulk("flags");
  answer_statuses(access, reply);
  reply.bulk("begin_search");
  reply.map(2);
  reply.bulk("type");
  reply.bulk("index");
  reply.bulk("spec");
  reply.map(1);
  reply.bulk("index");
  reply.integer(range.index);
  reply.bulk("find_keys");
  reply.map(2);
  reply.bulk("type");
  reply.bulk(range.counted ? "keynum" : "range");
  reply.bulk("spec");
  reply.map(3);
  reply.bulk(range.counted ? "keynumidx" : "lastkey");
  reply.integer(range.counted ? 0 : range.last);
  reply.bulk(range.counted ? "firstkey" : "keystep");
  reply.integer(range.counted ? 1 : range.step);
  reply.bulk(range.counted ? "keystep" : "limit");
  reply.integer(range.counted ? range.step : 0);
}

// One specification, or two: the first key apart, where the rest is for something else.
void answer_key_specs(const Command& row, Reply& reply) {
  const KeySpec& keys = row.keys;
  if (!has_keys(row)) return reply.set(0);
  const bool counted = keys.count_at > 0;
  const bool apart = counted ? keys.first > 0 : keys.rest_access != kAccessDerived;
  reply.set(apart ? 2 : 1);
  if (apart) {
    answer_key_spec(access_of(row, true), {keys.first, 0, 1, false}, row.key_note, reply);
  }
  const auto note = apart ? std::string_view() : row.key_note;
  if (counted) {
    answer_key_spec(access_of(row, !apart), {keys.count_at, 0, keys.step, true}, note, reply);
  } else {
    const int first = apart ? keys.first + keys.step : keys.first;
    const int last = keys.last < 0 ? keys.last : keys.last - first;
    answer_key_spec(access_of(row, !apart), {first, last, keys.step, false}, note, reply);
  }
}

}  // namespace

std::vector<std::string_view> categories_of(const Command& row) {
  std::vector<std::string_view> own = split(row.categories);
  const auto imply = [&](bool condition, std::string_view category) {
    if (condition) own.push_back(category);
  };
  imply((row.flags & kWrite) != 0, "@write");
  imply((row.flags & kReadOnly) != 0, "@read");
  imply((row.flags & kAdmin) != 0, "@admin");
  imply((row.flags & kAdmin) != 0, "@dangerous");
  imply((row.flags & kPubSub) != 0, "@pubsub");
  imply((row.flags & kBlocking) != 0, "@blocking");
  own.push_back((row.flags & kFast) != 0 ? "@fast" : "@slow");

  std::vector<std::string_view> ordered;
  for (const auto category : kCategories) {
    if (std::find(own.begin(), own.end(), category) != own.end()) ordered.push_back(category);
  }
  for (const auto category : own) {
    const bool listed = std::find(ordered.begin(), ordered.end(), category) != ordered.end();
    if (!listed) ordered.push_back(category);
  }
  return ordered;
}

std::vector<std::string_view> access_of(const Command& row, bool first) {
  unsigned access = row.keys.access;
  if (!first && row.keys.rest_access != kAccessDerived) access = row.keys.rest_access;
  if (access == kAccessDerived) {
    access = (row.flags & kWrite) != 0 ? kRW | kUpdate : kRO | kAccess;
  }
  std::vector<std::string_view> names;
  for (const auto& [flag, name] : kAccessNames) {
    if ((access & flag) != 0) names.push_back(name);
  }
  return names;
}

void answer_info(const CommandTable& table, const Command& row, Reply& reply) {
  const bool counted = row.keys.count_at > 0;
  reply.array(10);
  reply.bulk(table.full_name(row));
  reply.integer(row.arity);
  answer_statuses(flags_of(row), reply);
  reply.integer(row.keys.first);
  reply.integer(counted ? row.keys.first : row.keys.last);
  reply.integer(counted ? (row.keys.first > 0 ? 1 : 0) : row.keys.step);
  answer_statuses(categories_of(row), reply);
  const auto tips = split(row.tips);
  reply.set(tips.size());
  for (const auto tip : tips) reply.bulk(tip);
  answer_key_specs(row, reply);
  // Redis answers an empty set where there are none, an array where there are.
  if (row.subcommands.empty()) return reply.set(0);
  reply.array(row.subcommands.size());
  for (const Command& subcommand : row.subcommands) answer_info(table, subcommand, reply);
}

}  // namespace countd::commands
