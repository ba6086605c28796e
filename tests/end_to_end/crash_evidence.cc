#include "tests/end_to_end/crash_evidence.h"

#include <algorithm>
#include <limits>

namespace countd::test {
namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// How far a client's batches are there after the crash.
struct Standing {
  std::size_t last_seen = kNever;   // the last batch of which something is there
  std::size_t first_lost = kNever;  // the first one of which something is missing

  /// Only one batch can be both.
  [[nodiscard]] bool is_prefix() const { return last_seen == kNever || last_seen <= first_lost; }
};

// The batch of the n-th increment (from 1) of `key`.
std::size_t batch_of(const Record& record, std::size_t key, std::int64_t n) {
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < record.batches.size(); ++i) {
    const auto& keys = record.batches[i].keys;
    seen += std::count(keys.begin(), keys.end(), key);
    if (seen >= n) return i;
  }
  return kNever;
}

Standing standing_of(const Record& record, const Growth& growth) {
  Standing standing;
  for (std::size_t key = 0; key < kOwnKeys; ++key) {
    if (growth[key] > 0) {
      const auto seen = batch_of(record, key, growth[key]);
      const bool first = standing.last_seen == kNever;
      standing.last_seen = first ? seen : std::max(standing.last_seen, seen);
    }
    standing.first_lost = std::min(standing.first_lost, batch_of(record, key, growth[key] + 1));
  }
  return standing;
}

struct Sums {
  std::int64_t sent = 0;
  std::int64_t due = 0;  // had to be durable
};

Sums sums_of(const Record& record, std::size_t key, bool answers_are_durable) {
  Sums sums;
  for (std::size_t i = 0; i < record.batches.size(); ++i) {
    const auto& batch = record.batches[i];
    for (std::size_t at = 0; at < batch.keys.size(); ++at) {
      if (batch.keys[at] != key) continue;
      ++sums.sent;
      const bool answered = answers_are_durable && at < batch.answered;
      if (answered || i < record.durable_batches) ++sums.due;
    }
  }
  return sums;
}

std::optional<std::string> find_wrong_sum(const std::string& key, std::int64_t grown, Sums sums) {
  if (grown < sums.due) {
    return key + " grew by " + std::to_string(grown) + ", but " + std::to_string(sums.due) +
           " had to be durable";
  }
  if (grown > sums.sent) {
    return key + " grew by " + std::to_string(grown) + ", but only " + std::to_string(sums.sent) +
           " were sent";
  }
  return {};
}

std::optional<std::string> find_wrong_sums(const std::vector<Record>& records,
                                           const Aftermath& aftermath) {
  std::array<Sums, kSharedKeys> shared;
  for (std::size_t client = 0; client < records.size(); ++client) {
    for (std::size_t key = 0; key < kClientKeys; ++key) {
      const auto sums = sums_of(records[client], key, aftermath.answers_are_durable);
      if (key >= kOwnKeys) {
        shared[key - kOwnKeys].sent += sums.sent;
        shared[key - kOwnKeys].due += sums.due;
        continue;
      }
      const auto name = "key " + std::to_string(key) + " of client " + std::to_string(client);
      if (auto wrong = find_wrong_sum(name, aftermath.growth[client][key], sums)) return wrong;
    }
  }
  for (std::size_t i = 0; i < kSharedKeys; ++i) {
    const auto grown = aftermath.growth[0][kOwnKeys + i];
    if (auto wrong = find_wrong_sum("shared key " + std::to_string(i), grown, shared[i])) {
      return wrong;
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> find_loss(const std::vector<Record>& records,
                                     const Aftermath& aftermath) {
  if (auto wrong = find_wrong_sums(records, aftermath)) return wrong;
  std::uint64_t latest_began = 0;  // of the batches of which something is there
  for (std::size_t client = 0; client < records.size(); ++client) {
    const auto standing = standing_of(records[client], aftermath.growth[client]);
    if (!standing.is_prefix()) {
      return "client " + std::to_string(client) + " has batches behind one that is missing";
    }
    if (standing.last_seen == kNever) continue;
    latest_began = std::max(latest_began, records[client].batches[standing.last_seen].began);
  }
  const auto missing = first_missing(records, aftermath);
  if (missing && *missing < latest_began) {
    return "a batch that had been answered is missing, and one that began " +
           std::to_string(latest_began - *missing) + " ns later is there";
  }
  return {};
}

std::optional<std::uint64_t> first_missing(const std::vector<Record>& records,
                                           const Aftermath& aftermath) {
  std::optional<std::uint64_t> first;
  for (std::size_t client = 0; client < records.size(); ++client) {
    const auto lost = standing_of(records[client], aftermath.growth[client]).first_lost;
    if (lost == kNever) continue;
    const auto ended = records[client].batches[lost].ended;
    if (ended != 0) first = std::min(first.value_or(ended), ended);
  }
  return first;
}

}  // namespace countd::test
