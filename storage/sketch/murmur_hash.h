// The two hashes that sketches are built on. They are part of the formats: a HyperLogLog of Redis
// and a Count-Min Sketch of RedisBloom can only be read and fed by who hashes as they do.
// Austin Appleby, MurmurHash2 and MurmurHash64A (public domain); words are little endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace countd::storage {

/// MurmurHash64A, HyperLogLog's hash of an element.
inline std::uint64_t murmur_hash_64a(std::string_view bytes, std::uint64_t seed) {
  constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995;
  constexpr int kShift = 47;
  std::uint64_t hash = seed ^ (bytes.size() * kMultiplier);
  const char* at = bytes.data();
  for (const char* end = at + (bytes.size() & ~std::size_t{7}); at != end; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word *= kMultiplier;
    word ^= word >> kShift;
    hash = (hash ^ (word * kMultiplier)) * kMultiplier;
  }
  if (const std::size_t rest = bytes.size() & 7; rest != 0) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, rest);
    hash = (hash ^ word) * kMultiplier;
  }
  hash = (hash ^ (hash >> kShift)) * kMultiplier;
  return hash ^ (hash >> kShift);
}

namespace murmur_hash_2_steps {

inline constexpr std::uint32_t kMultiplier = 0x5bd1e995;

/// What a word of the input is turned into before it meets the hash; the same for all seeds.
inline std::uint32_t mixed_word(const char* at) {
  std::uint32_t word;
  std::memcpy(&word, at, 4);
  word *= kMultiplier;
  return (word ^ (word >> 24)) * kMultiplier;
}

/// The last one to three bytes as one word.
inline std::uint32_t rest_word(const char* at, std::size_t rest) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, rest);
  return word;
}

}  // namespace murmur_hash_2_steps

/// MurmurHash2, Count-Min Sketch's hash of an item; the seed is the row.
inline std::uint32_t murmur_hash_2(std::string_view bytes, std::uint32_t seed) {
  using namespace murmur_hash_2_steps;
  std::uint32_t hash = seed ^ static_cast<std::uint32_t>(bytes.size());
  const char* at = bytes.data();
  for (const char* end = at + (bytes.size() & ~std::size_t{3}); at != end; at += 4) {
    hash = (hash * kMultiplier) ^ mixed_word(at);
  }
  if (const std::size_t rest = bytes.size() & 3; rest != 0) {
    hash = (hash ^ rest_word(at, rest)) * kMultiplier;
  }
  hash = (hash ^ (hash >> 13)) * kMultiplier;
  return hash ^ (hash >> 15);
}

}  // namespace countd::storage
