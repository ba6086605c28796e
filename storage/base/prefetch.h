// A hint to fetch a cache line, which stays one: g++ takes a function that does nothing but
// __builtin_prefetch for free of effects and drops the calls to it; a volatile statement it keeps.
#pragma once

namespace countd::storage {

[[gnu::always_inline]] inline void prefetch_line(const void* address) {
#if defined(__x86_64__)
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(address)));
#elif defined(__aarch64__)
  asm volatile("prfm pldl1keep, %0" : : "Q"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address);
#endif
}

}  // namespace countd::storage
