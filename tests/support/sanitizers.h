// Whether the tests were built with a sanitizer, and what that changes.
#pragma once

#include <cstdint>

namespace countd::test {

#ifdef __has_feature  // clang
inline constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
inline constexpr bool kSanitizer = kThreadSanitizer || __has_feature(address_sanitizer);
#else
#ifdef __SANITIZE_THREAD__
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kSanitizer = true;
#else
inline constexpr bool kSanitizer = kThreadSanitizer;
#endif
#endif

/// How many of `runs` random runs are made: all, or under a sanitizer, where each takes many times
/// as long, the first third.
constexpr std::uint64_t random_runs(std::uint64_t runs) {
  return kSanitizer ? (runs + 2) / 3 : runs;
}

}  // namespace countd::test
