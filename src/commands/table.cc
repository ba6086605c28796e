// The command table: the families' rows side by side, and a small open-addressing index of their
// names. A name is packed into two words (at most 16 bytes), so that a look-up folds case, hashes
// and compares without a loop over its bytes.
#include <bit>
#include <cstring>

#include "commands/command.h"
#include "commands/families.h"
#include "commands/row_check.h"
#include "commands/words.h"
#include "storage/base/assert.h"

namespace countd::commands {

namespace {

// Sets bit 5 of every byte that is an ASCII capital.
std::uint64_t fold_case(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const std::uint64_t low_bits = bytes & ~kHigh;
  const std::uint64_t from_a = low_bits + (128 - 'A') * kOnes;
  const std::uint64_t past_z = low_bits + (128 - 'Z' - 1) * kOnes;
  return bytes | ((from_a & ~past_z & ~bytes & kHigh) >> 2);
}

struct PackedName {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
};

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// The name's first and last bytes, which overlap where it is short. Names of one length that
// differ pack differently; the length itself is compared beside. REQUIRES: 1 to 16 bytes.
PackedName pack(std::string_view name) {
  const char* first = name.data();
  const char* end = first + name.size();
  PackedName packed;
  if (name.size() >= 8) {
    packed = {load<std::uint64_t>(first), load<std::uint64_t>(end - 8)};
  } else if (name.size() >= 4) {
    packed = {load<std::uint32_t>(first), load<std::uint32_t>(end - 4)};
  } else {
    packed = {load<std::uint8_t>(first),
              load<std::uint8_t>(first + name.size() / 2) << 8 | load<std::uint8_t>(end - 1)};
  }
  return {fold_case(packed.head), fold_case(packed.tail)};
}

std::size_t hash(PackedName packed, std::size_t length) {
  const std::uint64_t mixed =
      (packed.head ^ length) * 0x9e3779b97f4a7c15 ^ packed.tail * 0xc2b2ae3d27d4eb4f;
  return static_cast<std::size_t>(mixed >> 40);
}

}  // namespace

CommandTable::CommandTable() {
  std::size_t rows = 0;
  for (const auto family : families()) {
    for (const Command& row : family) rows += 1 + row.subcommands.size();
  }
  rows_.reserve(rows);
  for (const auto family : families()) rows_.insert(rows_.end(), family.begin(), family.end());
  add_subcommands();
  add_names();
}

// Subcommand rows follow the commands' rows, and each container's span is turned to its copies.
void CommandTable::add_subcommands() {
  const std::size_t commands = rows_.size();
  for (std::size_t i = 0; i < commands; ++i) full_names_.emplace_back(rows_[i].name);
  for (std::size_t i = 0; i < commands; ++i) {
    Command& container = rows_[i];
    const std::size_t first = rows_.size();
    for (const Command& subcommand : container.subcommands) {
      rows_.push_back(subcommand);
      rows_.back().name_words = 2;
      full_names_.push_back(full_names_[i] + "|" + std::string(subcommand.name));
    }
    container.subcommands = {rows_.data() + first, rows_.size() - first};
    commands_.push_back(&container);
  }
}

void CommandTable::add_names() {
  // At most a quarter full: nearly every look-up is decided by its first bucket.
  buckets_.resize(std::bit_ceil(commands_.size() * 4));
  for (const Command* row : commands_) {
    ASSERT(find(row->name) == nullptr);
    const PackedName packed = pack(row->name);
    std::size_t at = hash(packed, row->name.size()) & (buckets_.size() - 1);
    while (buckets_[at].row != nullptr) at = (at + 1) & (buckets_.size() - 1);
    buckets_[at] = {packed.head, packed.tail, row->name.size(), row};
  }
}

const Command* CommandTable::find(std::string_view name) const {
  if (name.empty() || name.size() > kMaxNameBytes) return nullptr;
  const PackedName packed = pack(name);
  for (std::size_t at = hash(packed, name.size());; ++at) {
    const Bucket& bucket = buckets_[at & (buckets_.size() - 1)];
    if (bucket.row == nullptr) return nullptr;
    if (bucket.head == packed.head && bucket.tail == packed.tail && bucket.length == name.size()) {
      return bucket.row;
    }
  }
}

const Command* CommandTable::resolve_subcommand(const Command& container,
                                                std::span<const std::string_view> words) const {
  if (words.size() < 2) return &container;
  for (const Command& subcommand : container.subcommands) {
    if (same_word(subcommand.name, words[1])) return &subcommand;
  }
  return &container;
}

}  // namespace countd::commands
