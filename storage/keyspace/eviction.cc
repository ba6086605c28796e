// Eviction by sampling, as Redis does it: of a few entries drawn at random, the one that is worth
// least by the policy goes. And the access clock's upkeep: its ticks and its sweep.
#include <algorithm>

#include "storage/base/assert.h"
#include "storage/keyspace/access_clock.h"
#include "storage/keyspace/database.h"
#include "storage/keyspace/keyspace.h"

namespace countd::storage {
namespace {

constexpr std::uint64_t kMaxLagTicks = 64;
constexpr int kSegmentsAtOnce = 4;
// A sample is a bucket, and it costs little to look at three of its entries: that makes up for
// the pool of earlier candidates by which Redis sharpens its choice.
constexpr int kPerSample = 3;

bool is_volatile(EvictionPolicy policy) { return policy >= EvictionPolicy::kVolatileLru; }

bool is_lfu(EvictionPolicy policy) {
  return policy == EvictionPolicy::kAllKeysLfu || policy == EvictionPolicy::kVolatileLfu;
}

bool is_random(EvictionPolicy policy) {
  return policy == EvictionPolicy::kAllKeysRandom || policy == EvictionPolicy::kVolatileRandom;
}

}  // namespace

void Keyspace::set_eviction_policy(EvictionPolicy policy, int lfu_log_factor,
                                   int lfu_decay_minutes) {
  clock_->use_frequency(is_lfu(policy), lfu_log_factor, lfu_decay_minutes);
}

void Keyspace::hold_access(bool held) { clock_->hold(held); }

bool Keyspace::evict_one(EvictionPolicy policy, int samples) {
  if (policy == EvictionPolicy::kNoEviction) return false;
  Database* database = choose_database(is_volatile(policy));
  if (database == nullptr) return false;
  const Place victim = choose_victim(*database, policy, is_random(policy) ? 1 : samples);
  if (!victim) return false;
  const std::uint64_t hash = database->hash_of(victim.record);
  remove_unasked(*database, victim, Effect::kEvicted);
  database->shrink(hash);
  return true;
}

// At random, by the number of entries that may go.
Database* Keyspace::choose_database(bool volatile_only) {
  const auto entries = [&](const Database& database) {
    return volatile_only ? database.expires() : database.size();
  };
  std::uint64_t total = 0;
  for (const auto& database : databases_) total += entries(*database);
  if (total == 0) return nullptr;
  std::uint64_t chosen = random_.next() % total;
  for (const auto& database : databases_) {
    if (chosen < entries(*database)) return database.get();
    chosen -= entries(*database);
  }
  return nullptr;
}

Place Keyspace::choose_victim(Database& database, EvictionPolicy policy, int samples) {
  const bool volatile_only = is_volatile(policy);
  Place best;
  std::uint64_t least = 0;
  const auto sample = [&](Segment& segment) {
    Bucket& bucket = *segment.bucket(static_cast<std::uint32_t>(random_.below(segment.buckets)));
    const auto start = static_cast<unsigned>(random_.below(Bucket::kSlots));
    int sampled = 0;
    for (unsigned step = 0; step < Bucket::kSlots && sampled < kPerSample; ++step) {
      const unsigned slot = (start + step) % Bucket::kSlots;
      if (bucket.tags[slot] == 0) continue;
      const Record record = segment.record(bucket, slot);
      if (volatile_only && !record.has_expiry()) continue;
      ++sampled;
      const std::uint64_t value = worth(record, policy);
      if (best && value >= least) continue;
      best = {&segment, &bucket, slot, record};
      least = value;
    }
    return sampled > 0;
  };
  int sampled = 0;
  for (int tried = 0; tried < samples * 8 && sampled < samples; ++tried) {
    Segment& segment = *database.directory().at(random_.next()).segment();
    if (volatile_only ? segment.expires == 0 : segment.records == 0) continue;
    sampled += sample(segment) ? 1 : 0;
  }
  if (best) return best;
  return database.find_first(random_.next(),
                             [&](Record record) { return !volatile_only || record.has_expiry(); });
}

std::uint64_t Keyspace::worth(const Record& record, EvictionPolicy policy) const {
  switch (policy) {
    case EvictionPolicy::kAllKeysLru:
    case EvictionPolicy::kVolatileLru:
      return 255U - clock_->age(record);
    case EvictionPolicy::kAllKeysLfu:
    case EvictionPolicy::kVolatileLfu:
      return record.access();
    case EvictionPolicy::kVolatileTtl:
      return static_cast<std::uint64_t>(std::max<Millis>(record.expiry(), 0));
    default:
      return 0;
  }
}

std::int64_t Keyspace::idle_seconds(const Key& key) const {
  const Place place = database_of(key).find(key);
  if (!place || clock_->counts_frequency()) return 0;
  return clock_->age(place.record) * AccessClock::kTickMs / 1'000;
}

std::int64_t Keyspace::frequency(const Key& key) const {
  const Place place = database_of(key).find(key);
  return place && clock_->counts_frequency() ? place.record.access() : 0;
}

void Keyspace::set_idle_seconds(const Key& key, std::int64_t seconds) {
  const Place place = database_of(key).find(key);
  if (place && !clock_->counts_frequency()) clock_->set_age(place.record, seconds);
}

void Keyspace::set_frequency(const Key& key, std::uint8_t frequency) {
  Place place = database_of(key).find(key);
  if (place && clock_->counts_frequency()) place.record.set_access(frequency);
}

// A tick owes the sweep its share of all segments; the next tick waits until that is paid, and a
// clock that has fallen far behind (nobody came for a while) leaves the rest of the time out.
void Keyspace::tend_access_clock() {
  const auto ticks = static_cast<std::uint64_t>(std::max<Millis>(now_, 0) / AccessClock::kTickMs);
  if (sweep_due_ == 0 && ticks > ticks_done_) {
    std::uint64_t segments = 0;
    for (const auto& database : databases_) segments += database->segments();
    sweep_due_ = segments / AccessClock::kSweepTicks + 1;
    ticks_done_ = ticks - ticks_done_ > kMaxLagTicks ? ticks : ticks_done_ + 1;
    context_->tick += 1;
    clock_->set_tick(context_->tick);
  }
  for (int swept = 0; swept < kSegmentsAtOnce && sweep_due_ > 0; ++swept) {
    sweep_next_segment();
    --sweep_due_;
  }
  const bool behind = sweep_due_ > 0 || ticks > ticks_done_;
  next_access_upkeep_ = behind ? now_ + 1 : static_cast<Millis>(ticks + 1) * AccessClock::kTickMs;
}

void Keyspace::sweep_next_segment() {
  Database& database = *databases_[sweep_db_];
  Segment& segment = *database.directory().at(sweep_position_).segment();
  const std::uint32_t ticks = clock_->tick() - segment.swept_tick;
  if (clock_->counts_frequency()) {
    const std::uint32_t steps = clock_->decay_steps(ticks);
    segment.for_each([&](const Place& place) { AccessClock::decay(place.record, steps); });
    segment.swept_tick += steps * clock_->decay_ticks();
  } else {
    segment.for_each([&](const Place& place) { clock_->hold_age(place.record); });
    segment.swept_tick = clock_->tick();
  }
  sweep_position_ = next_segment_start(sweep_position_, segment.depth);
  if (sweep_position_ == 0) sweep_db_ = (sweep_db_ + 1) % databases_.size();
}

}  // namespace countd::storage
