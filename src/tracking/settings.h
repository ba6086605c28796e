// What a client has asked of CLIENT TRACKING, and who hears of changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace countd::tracking {

/// A client that is to hear when something changes, and the thread that its connection lives on.
struct Reader {
  std::uint64_t id = 0;  // 0: nobody
  std::int32_t thread = 0;
  bool no_loop = false;  // not of its own changes

  bool operator==(const Reader&) const = default;
};

/// CLIENT CACHING: about the next request alone.
enum class Caching : std::uint8_t { kUnset, kYes, kNo };

struct Settings {
  bool on = false;
  bool broadcast = false;  // of prefixes, whether read or not; otherwise of the keys it has read
  bool opt_in = false;     // reads are remembered only after CACHING yes
  bool opt_out = false;    // reads are not remembered after CACHING no
  bool no_loop = false;
  bool redirect_broken = false;  // who it has redirected to is gone
  Caching caching = Caching::kUnset;
  std::uint64_t redirect = 0;  // the client that hears instead; 0: itself
  int redirect_thread = 0;
  std::vector<std::string> prefixes;  // of broadcast, sorted

  /// As clients are shown it: -1: nothing is tracked, 0: the client hears itself.
  [[nodiscard]] std::int64_t shown_redirect() const {
    return on ? static_cast<std::int64_t>(redirect) : -1;
  }
  /// The request that runs now is one whose reads are remembered.
  [[nodiscard]] bool remembers() const {
    if (!on || broadcast) return false;
    if (opt_in) return caching == Caching::kYes;
    return !opt_out || caching != Caching::kNo;
  }
};

}  // namespace countd::tracking
