#include "storage/keyspace/prefix_table.h"

#include <cstring>

#include "storage/base/assert.h"
#include "storage/base/key.h"

namespace countd::storage {

PrefixTable::PrefixTable(std::uint64_t seed)
    : seed_(seed),
      texts_(static_cast<std::string_view*>(std::calloc(kMaxPrefixes, sizeof(std::string_view)))),
      slots_(static_cast<std::uint16_t*>(std::calloc(kSlots, sizeof(std::uint16_t)))),
      holders_(static_cast<std::uint32_t*>(std::calloc(kMaxPrefixes, sizeof(std::uint32_t)))) {
  ASSERT(texts_ != nullptr && slots_ != nullptr && holders_ != nullptr);
  memory_bytes_ = sizeof(*this);
}

PrefixTable::~PrefixTable() {
  for (std::size_t number = 0; number < next_; ++number) delete[] texts_[number].data();
}

std::optional<std::uint16_t> PrefixTable::number_of(std::string_view prefix) {
  if (texts_[last_].data() != nullptr && texts_[last_] == prefix) return last_;
  if (prefix.size() > kMaxLength) return std::nullopt;
  const std::uint64_t hash = hash_key(prefix, seed_);
  std::size_t slot = hash % kSlots;
  while (slots_[slot] != 0) {
    const auto number = static_cast<std::uint16_t>(slots_[slot] - 1);
    if (texts_[number] == prefix) return last_ = number;
    slot = (slot + 1) % kSlots;
  }
  if (size() == kMaxPrefixes || !has_earned_a_number(hash)) return std::nullopt;
  return last_ = add(prefix, slot);
}

bool PrefixTable::has_earned_a_number(std::uint64_t hash) {
  Candidate& candidate = candidates_[(hash >> 20) % kCandidates];
  const auto fingerprint = static_cast<std::uint32_t>(hash >> 32);
  if (candidate.fingerprint == fingerprint && candidate.sightings > 0) {
    if (++candidate.sightings < kSightings) return false;
    candidate = {};
    return true;
  }
  if (--candidate.sightings <= 0) candidate = {fingerprint, 1};
  return false;
}

std::size_t PrefixTable::bytes_of(std::string_view prefix) {
  return prefix.size() + 1 + sizeof(std::string_view) + sizeof(std::uint16_t) +
         sizeof(std::uint32_t);
}

std::uint16_t PrefixTable::add(std::string_view prefix, std::size_t slot) {
  std::uint16_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint16_t>(next_++);
  } else {
    number = free_.back();
    free_.pop_back();
  }
  char* const text = new char[prefix.size() + 1];
  std::memcpy(text, prefix.data(), prefix.size());
  texts_[number] = {text, prefix.size()};
  slots_[slot] = static_cast<std::uint16_t>(number + 1);
  memory_bytes_ += bytes_of(prefix);
  return number;
}

void PrefixTable::forget(std::uint16_t number) {
  std::size_t slot = first_slot_of(number);
  while (slots_[slot] != number + 1) slot = (slot + 1) % kSlots;
  empty_slot(slot);
  memory_bytes_ -= bytes_of(texts_[number]);
  delete[] texts_[number].data();
  texts_[number] = {};
  free_.push_back(number);
}

std::size_t PrefixTable::first_slot_of(std::uint16_t number) const {
  return hash_key(texts_[number], seed_) % kSlots;
}

// What follows moves up as far as it may, so that no look-up stops short of it.
void PrefixTable::empty_slot(std::size_t slot) {
  for (std::size_t next = (slot + 1) % kSlots; slots_[next] != 0; next = (next + 1) % kSlots) {
    const std::size_t first = first_slot_of(static_cast<std::uint16_t>(slots_[next] - 1));
    if ((next - first) % kSlots < (next - slot) % kSlots) continue;
    slots_[slot] = slots_[next];
    slot = next;
  }
  slots_[slot] = 0;
}

}  // namespace countd::storage
