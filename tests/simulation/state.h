// All that a server's keyspaces hold, as plain values: what a recovery is compared with.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>

#include "storage/base/time.h"
#include "storage/keyspace/keyspace.h"

namespace countd::test {

struct EntryState {
  std::string value;  // a string's bytes, or the payload of DUMP
  storage::Millis expiry = storage::kNoExpiry;

  bool operator==(const EntryState&) const = default;
};

using State = std::map<std::pair<int, std::string>, EntryState>;

/// Entries that have expired by the keyspaces' own time are left out.
State state_of(std::span<storage::Keyspace* const> keys);

/// Leaves out what has expired by `now`.
void drop_expired(State& state, storage::Millis now);

/// Empty, or in which entry the two differ first, and in how many.
std::string difference(const State& expected, const State& found);

}  // namespace countd::test
