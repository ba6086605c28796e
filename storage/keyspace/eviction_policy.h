// What goes first when memory is full: the values of `maxmemory-policy`.
#pragma once

#include <cstdint>

namespace countd::storage {

enum class EvictionPolicy : std::uint8_t {
  kNoEviction,
  kAllKeysLru,
  kAllKeysLfu,
  kAllKeysRandom,
  kVolatileLru,
  kVolatileLfu,
  kVolatileRandom,
  kVolatileTtl,
};

}  // namespace countd::storage
