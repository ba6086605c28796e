// Expiry by time: what nobody reads any more is found through the tables' expiry bounds.
#include <algorithm>

#include "storage/base/assert.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {

std::size_t Keyspace::expire_some(std::size_t limit) {
  const std::uint64_t before = counters_.expired;
  std::size_t looked = 0;
  for (std::size_t tried = 0; tried < databases_.size(); ++tried) {
    if (!expire_in(*databases_[expire_db_], limit, looked)) break;
    expire_db_ = (expire_db_ + 1) % databases_.size();
  }
  return counters_.expired - before;
}

// Goes on where it stopped: in the middle of a part, whose bound is being measured anew.
bool Keyspace::expire_in(Database& database, std::size_t limit, std::size_t& looked) {
  if (database.expires() == 0) return true;
  ExpiryBounds& bounds = database.expiry_bounds();
  while (bounds.earliest() <= now_ || bounds.measuring()) {
    if (!bounds.measuring()) bounds.begin_earliest_part();
    do {
      if (looked >= limit) return false;
      const std::uint64_t position = bounds.position();
      Segment& segment = *database.directory().at(position).segment();
      const unsigned depth = segment.depth;
      ++looked;
      if (segment.min_expiry <= now_) {
        looked += segment.records;
        expire_in_segment(database, segment);
      }
      bounds.note_measured(segment.min_expiry, next_segment_start(position, depth));
      database.shrink(position);
    } while (bounds.measuring());
  }
  return true;
}

void Keyspace::expire_in_segment(Database& database, Segment& segment) {
  Millis earliest = ExpiryBounds::kNever;
  segment.for_each([&](const Place& place) {
    if (!place.record.has_expiry()) return;
    const Millis expiry = place.record.expiry();
    if (expiry <= now_) {
      remove_unasked(database, place, Effect::kExpired);
    } else {
      earliest = std::min(earliest, expiry);
    }
  });
  segment.min_expiry = earliest;
}

Millis Keyspace::next_expiry() const {
  Millis earliest = ExpiryBounds::kNever;
  for (const auto& database : databases_) {
    if (database->expires() == 0) continue;
    earliest = std::min(earliest, database->expiry_bounds().earliest());
  }
  return earliest == ExpiryBounds::kNever ? kNoExpiry : earliest;
}

// From a few segments spread over the table; from the first that has any if these have none.
Millis Keyspace::average_ttl(int db) const {
  constexpr unsigned kSampleBits = 4;
  const Database& database = *databases_[db];
  if (database.expires() == 0) return 0;
  double total = 0;
  std::uint64_t count = 0;
  const auto add = [&](const Place& place) {
    if (!place.record.has_expiry()) return;
    total += static_cast<double>(std::max<Millis>(place.record.expiry() - now_, 0));
    ++count;
  };
  for (std::uint64_t sample = 0; sample < 1U << kSampleBits; ++sample) {
    database.directory().at(sample << (64 - kSampleBits)).segment()->for_each(add);
  }
  if (count == 0) {
    add(database.find_first(0, [](Record record) { return record.has_expiry(); }));
  }
  return static_cast<Millis>(total / static_cast<double>(count));
}

}  // namespace countd::storage
