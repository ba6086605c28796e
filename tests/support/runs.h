// How long the random tests go on.
#pragma once

#include <cstdint>

namespace countd::test {

#ifdef __has_feature  // clang
inline constexpr bool kSanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// How many of `runs` random runs, each of which takes a sanitizer ten times as long, are made
/// here: all, or the first third of them under a sanitizer.
constexpr std::uint64_t random_runs(std::uint64_t runs) {
  return kSanitized ? (runs + 2) / 3 : runs;
}

}  // namespace countd::test
