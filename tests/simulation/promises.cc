#include "tests/simulation/promises.h"

#include <algorithm>

namespace countd::test {

void Promises::log_begins(State state) {
  cuts_.clear();
  cuts_.push_back({0, std::move(state)});
  least_ = 0;
}

void Promises::cut(std::uint64_t epoch, State state) { cuts_.push_back({epoch, std::move(state)}); }

void Promises::durable(std::uint64_t epoch) {
  if (epoch < first_epoch_) return;
  for (std::size_t i = cuts_.size(); i-- > 0;) {
    if (cuts_[i].epoch == epoch) return durable_cut(i);
  }
}

void Promises::durable_cut(std::size_t number) { least_ = std::max(least_, number); }

void Promises::shown(const std::string& key, std::int64_t value) {
  auto& greatest = shown_[key];
  greatest = std::max(greatest, value);
}

std::string Promises::judge_shown(const State& found) const {
  for (const auto& [key, value] : shown_) {
    const auto entry = found.find({0, key});
    const std::int64_t there = entry == found.end() ? 0 : std::stoll(entry->second.value);
    if (there >= value) continue;
    return key + ": a client was shown " + std::to_string(value) + ", and " +
           std::to_string(there) + " is there";
  }
  return {};
}

std::string Promises::judge_log(State found, storage::Millis now) {
  ++judged;
  drop_expired(found, now);
  if (auto wrong = judge_shown(found); !wrong.empty()) return wrong;
  std::string closest;
  for (std::size_t i = cuts_.size(); i-- > 0;) {
    State expected = cuts_[i].state;
    drop_expired(expected, now);
    const std::string wrong = difference(expected, found);
    if (!wrong.empty()) {
      if (i == least_) closest = wrong;
      continue;
    }
    if (i < least_) {
      return "cut " + std::to_string(least_) + " was durable, and cut " + std::to_string(i) +
             " is there";
    }
    cuts_.resize(i + 1);
    if (power_lost_) {
      cuts_ = {std::move(cuts_.back())};
      least_ = 0;
    }
    return {};
  }
  return "no cut has this state; the durable one, " + std::to_string(least_) + " of " +
         std::to_string(cuts_.size()) + ": " + closest;
}

std::string Promises::judge_snapshot(State found, storage::Millis now) {
  ++judged;
  drop_expired(found, now);
  std::string wrong;
  for (const State& each : snapshots_) {
    State expected = each;
    drop_expired(expected, now);
    wrong = difference(expected, found);
    if (wrong.empty()) {
      if (power_lost_) snapshots_ = {std::move(found)};
      return {};
    }
  }
  return "the snapshot is none of " + std::to_string(snapshots_.size()) + "; the last: " + wrong;
}

}  // namespace countd::test
