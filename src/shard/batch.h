// A batch: everything that one thread, in one turn, wants of one shard. It runs as a whole under
// the lease, in place or out of the shard's mailbox, and comes back to its thread.
//
// Folding: increments of one key become one item with a group {n, sum, least and greatest prefix
// sum}. The shard adds once and leaves the value before in `base`; `resolve_folds`, on the
// batch's own thread, gives every member base + its prefix sum.
#pragma once

#include <boost/container/vector.hpp>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "commands/command.h"
#include "shard/mailbox.h"
#include "shard/wave.h"

namespace countd::shard {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// One request, or one group of increments, for one shard.
struct Item {
  Wave* wave = nullptr;
  const commands::Command* row = nullptr;
  std::uint64_t hash = 0;           // of the first key
  const char* key_bytes = nullptr;  // of the first argument: the key, if the row has one there
  union {
    std::int64_t delta;           // of an increment
    std::uint64_t foresight = 0;  // of any other: what its row's prefetch hook has worked out
  };
  std::uint32_t key_size = 0;
  std::uint32_t first_word = 0;
  std::uint32_t words = 0;
  std::uint32_t slot = 0;
  std::uint32_t group = kNone;  // index into Batch::groups, kNone for a single increment
  std::uint16_t db = 0;
  protocol::Version version = {};
  bool is_increment : 1 = false;  // `delta` is valid, and perhaps `group`
  bool refused : 1 = false;       // for want of memory: it did not run
  bool remembered : 1 = false;    // the client is to hear when what it reads here changes
  bool no_touch : 1 = false;      // its accesses are no uses (CLIENT NO-TOUCH)

  [[nodiscard]] std::span<const std::string_view> request() const {
    return {wave->words.data() + first_word, words};
  }
  [[nodiscard]] std::string_view key() const { return {key_bytes, key_size}; }
  [[nodiscard]] commands::ReplySlot& reply_slot() const { return wave->slots[slot]; }
};

static_assert(sizeof(Item) == 64);

struct FoldMember {
  Wave* wave;
  std::uint32_t slot;
  std::uint32_t next;
  std::int64_t prefix;  // the sum of all deltas up to and including this one
};

struct FoldGroup {
  std::int64_t sum = 0;
  std::int64_t min_prefix = 0;
  std::int64_t max_prefix = 0;
  std::uint32_t count = 0;
  std::uint32_t first = kNone;
  std::uint32_t last = kNone;
  bool walked = false;  // the shard has answered each member by itself
  std::int64_t base = 0;
};

struct Batch final : MailNode {
  Batch() : MailNode(Kind::kBatch) {}

  int origin = 0;                        // the thread it goes back to
  boost::container::vector<Item> items;  // adds one without a call
  std::vector<FoldGroup> groups;
  std::vector<FoldMember> members;
  protocol::ByteBuffer arena;

  [[nodiscard]] bool empty() const { return items.empty(); }
  /// Adds a further increment to the group that `item` leads; false if the group's sum would
  /// leave the range (the caller starts a new item).
  bool join(Item& item, Wave& wave, std::uint32_t slot, std::int64_t delta);
  /// Answers the members of all groups from their bases.
  void resolve_folds();
  void forget_requests();
  void forget_bytes();

 private:
  void add_member(FoldGroup& group, Wave& wave, std::uint32_t slot, std::int64_t delta);
};

}  // namespace countd::shard
