#include "storage/keyspace/prefix_table.h"

#include <cstring>

#include "storage/base/assert.h"
#include "storage/base/key.h"

namespace countd::storage {

PrefixTable::PrefixTable(std::uint64_t seed)
    : seed_(seed),
      texts_(static_cast<std::string_view*>(std::calloc(kMaxPrefixes, sizeof(std::string_view)))),
      slots_(static_cast<std::uint16_t*>(std::calloc(kSlots, sizeof(std::uint16_t)))) {
  ASSERT(texts_ != nullptr && slots_ != nullptr);
  memory_bytes_ = sizeof(*this);
}

std::optional<std::uint16_t> PrefixTable::number_of(std::string_view prefix) {
  if (!owned_.empty() && texts_[last_] == prefix) return last_;
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

std::uint16_t PrefixTable::add(std::string_view prefix, std::size_t slot) {
  const auto number = static_cast<std::uint16_t>(size());
  auto text = std::make_unique<char[]>(prefix.size() + 1);
  std::memcpy(text.get(), prefix.data(), prefix.size());
  texts_[number] = {text.get(), prefix.size()};
  slots_[slot] = static_cast<std::uint16_t>(number + 1);
  owned_.push_back(std::move(text));
  memory_bytes_ += prefix.size() + 1 + sizeof(std::string_view) + sizeof(std::uint16_t) +
                   sizeof(std::unique_ptr<char[]>);
  return number;
}

}  // namespace countd::storage
