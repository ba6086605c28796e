#include "tests/simulation/state.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "storage/rdb/dump.h"

namespace countd::test {
namespace {

std::string value_of(const storage::ValueView& value) {
  if (value.type() != storage::Type::kString) return storage::rdb::dump(value, false);
  storage::IntegerText buffer;
  return std::string(value.text(buffer));
}

std::string printable(const std::string& bytes) {
  std::string text = bytes.substr(0, 60);
  std::ranges::replace_if(text, [](unsigned char byte) { return std::isprint(byte) == 0; }, '?');
  return text + (bytes.size() > text.size() ? "… of " + std::to_string(bytes.size()) : "");
}

std::string describe(const State& state, const State::key_type& name) {
  const auto found = state.find(name);
  if (found == state.end()) return "nothing";
  const auto& entry = found->second;
  std::string text = "'" + printable(entry.value) + "'";
  if (entry.expiry != storage::kNoExpiry) text += " until " + std::to_string(entry.expiry);
  return text;
}

}  // namespace

State state_of(std::span<storage::Keyspace* const> keys) {
  State state;
  for (storage::Keyspace* const each : keys) {
    for (int db = 0; db < each->databases(); ++db) {
      std::uint64_t cursor = 0;
      do {
        cursor = each->scan(db, cursor, 1000, [&](std::string_view key, const auto& entry) {
          state[{db, std::string(key)}] = {value_of(entry.value), entry.expiry};
        });
      } while (cursor != 0);
    }
  }
  return state;
}

void drop_expired(State& state, storage::Millis now) {
  std::erase_if(state, [&](const auto& entry) {
    return entry.second.expiry != storage::kNoExpiry && entry.second.expiry <= now;
  });
}

std::string difference(const State& expected, const State& found) {
  if (expected == found) return {};
  std::set<State::key_type> names;
  for (const auto& [name, entry] : expected) names.insert(name);
  for (const auto& [name, entry] : found) names.insert(name);
  std::string text;
  int differing = 0;
  for (const auto& name : names) {
    const auto a = expected.find(name);
    const auto b = found.find(name);
    if (a != expected.end() && b != found.end() && a->second == b->second) continue;
    if (++differing > 1) continue;
    text = "db " + std::to_string(name.first) + " " + name.second + ": " +
           describe(expected, name) + " expected, " + describe(found, name) + " found";
  }
  return text + " (" + std::to_string(differing) + " entries differ)";
}

}  // namespace countd::test
