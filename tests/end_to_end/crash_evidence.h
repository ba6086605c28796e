// What clients know of a server that was killed, and whether what stands after its restart is a
// state that it may come back with.
//
// A client sends batches of increments and waits for each. Of a batch that was answered in part
// the server may have done anything; what it did must be one moment for all clients:
//   - no key counts less than what had to be durable, nor more than what was sent;
//   - of one client's batches those before some batch are there, those behind it are not;
//   - no batch that had been answered before another one began is missing while that one is there.
// Client n has its own keys 0 to kOwnKeys - 1; the keys behind them all clients share.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countd::test {

inline constexpr std::size_t kOwnKeys = 6;
inline constexpr std::size_t kSharedKeys = 2;
inline constexpr std::size_t kClientKeys = kOwnKeys + kSharedKeys;

struct Batch {
  std::uint64_t began = 0;
  std::uint64_t ended = 0;        // all was answered; 0: it was not
  std::vector<std::size_t> keys;  // that were incremented by 1, in their order
  std::size_t answered = 0;       // of them
};

/// One client's batches, in their order.
struct Record {
  std::vector<Batch> batches;
  /// So many of them had to be durable when the server was killed.
  std::size_t durable_batches = 0;
};

/// How much each key grew: by what it was before the batches.
using Growth = std::array<std::int64_t, kClientKeys>;

struct Aftermath {
  /// Of each client; the shared keys count in the first one alone.
  std::vector<Growth> growth;
  /// Every answered increment had to be durable.
  bool answers_are_durable = false;
};

/// What is wrong; nullopt: nothing.
std::optional<std::string> find_loss(const std::vector<Record>& records,
                                     const Aftermath& aftermath);
/// When the first batch that is missing had been answered; nullopt: none is missing.
std::optional<std::uint64_t> first_missing(const std::vector<Record>& records,
                                           const Aftermath& aftermath);

}  // namespace countd::test
