// A key as every layer below the commands sees it: its bytes, its database and its hash, which
// is computed once, where the request is read.
#pragma once

#define XXH_INLINE_ALL  // short keys are hashed in less time than a call of the library takes
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace countd::storage {

/// The table's hash of a key: XXH3 under the server's secret seed, so that nobody outside can
/// aim at one bucket. Says nothing about the shard: that is the cluster slot's job.
inline std::uint64_t hash_key(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// Borrows its bytes: they must outlive the call that it is given to.
struct Key {
  std::string_view bytes;
  std::uint64_t hash = 0;
  int db = 0;
};

}  // namespace countd::storage
