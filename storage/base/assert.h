// ASSERT is for our own bugs and stays on in release; the world's mistakes are Results.
#pragma once

#include <cstdio>
#include <cstdlib>

#define ASSERT(condition)                                                                    \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

/// As ASSERT, for hot paths: checked in all builds but release.
#ifdef NDEBUG
#define ASSERT_HOT(condition) static_cast<void>(0)
#else
#define ASSERT_HOT(condition) ASSERT(condition)
#endif
