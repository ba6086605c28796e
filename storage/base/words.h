// Bytes looked at a machine word at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace countd::storage {

/// Eight bytes at any address, the first one lowest.
inline std::uint64_t load64(const char* bytes) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Whether the first and the last word of two runs of bytes are the same: they may overlap, and
/// cover all of a run of one to two words.
template <class Word>
bool same_ends(const char* a, const char* b, std::size_t size) {
  Word words[4];
  std::memcpy(&words[0], a, sizeof(Word));
  std::memcpy(&words[1], b, sizeof(Word));
  std::memcpy(&words[2], a + size - sizeof(Word), sizeof(Word));
  std::memcpy(&words[3], b + size - sizeof(Word), sizeof(Word));
  return words[0] == words[1] && words[2] == words[3];
}

/// memcmp for the lengths that keys and their prefixes have, without the call.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  if (size < 4 || size > 16) return std::memcmp(a, b, size) == 0;
  return size < 8 ? same_ends<std::uint32_t>(a, b, size) : same_ends<std::uint64_t>(a, b, size);
}
inline bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

}  // namespace countd::storage
