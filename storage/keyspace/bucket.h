// One cache line of the table: twenty one-byte tags and where their records lie.
//
// A tag is 8 bits of the hash, never 0 (0 says the slot is empty), so one compare of all twenty
// tells which records are worth looking at. An entry whose own bucket is full goes to the next one
// with room; every bucket it passed counts it in `passed`, so a search stops at the first bucket
// that nobody passed.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace countd::storage {

struct alignas(64) Bucket {
  static constexpr unsigned kSlots = 20;
  /// Where `passed` stays: it has lost count, and only a rebuilt segment begins anew.
  static constexpr std::uint8_t kPassedByMany = 255;

  std::array<std::uint8_t, kSlots> tags;
  std::uint8_t passed;
  std::array<std::uint8_t, 3> unused;
  std::array<std::uint16_t, kSlots> offsets;  // from the segment's start

  /// Bit i is set if slot i has this tag.
  [[nodiscard]] std::uint32_t match(std::uint8_t tag) const {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8(static_cast<char>(tag));
    const auto* line = reinterpret_cast<const char*>(this);
    const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(line));
    const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line + 4));
    const auto low = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(first, wanted)));
    const auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(last, wanted)));
    return low | (high >> 12) << 16;
#else
    return match_portably(tag);
#endif
  }
  /// What match does, for machines without SSE2.
  [[nodiscard]] std::uint32_t match_portably(std::uint8_t tag) const {
    std::uint32_t mask = 0;
    for (unsigned slot = 0; slot < kSlots; ++slot) {
      mask |= static_cast<std::uint32_t>(tags[slot] == tag) << slot;
    }
    return mask;
  }
  [[nodiscard]] std::uint32_t empty() const { return match(0); }
  [[nodiscard]] std::uint32_t used() const { return ~empty() & ((1U << kSlots) - 1); }

  void count_passing() {
    if (passed != kPassedByMany) ++passed;
  }
  void forget_passing() {
    if (passed != kPassedByMany) --passed;
  }
};
static_assert(sizeof(Bucket) == 64);

/// Calls `visit(slot)` for each bit of `mask`.
template <class Visit>
void for_each_slot(std::uint32_t mask, Visit&& visit) {
  for (; mask != 0; mask &= mask - 1) visit(static_cast<unsigned>(std::countr_zero(mask)));
}

}  // namespace countd::storage
