#include "commands/checked_out.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "storage/base/words.h"

namespace countd::commands {

namespace {

// CRC16/XMODEM (polynomial 0x1021, most significant bit first), eight bytes a step: table[k][b] is
// the checksum of byte b followed by k zero bytes.
using Tables = std::array<std::array<std::uint16_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
    tables[0][byte] = static_cast<std::uint16_t>(crc);
  }
  for (std::size_t zeros = 1; zeros < 8; ++zeros) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const unsigned before = tables[zeros - 1][byte];
      tables[zeros][byte] =
          static_cast<std::uint16_t>((before << 8) ^ tables[0][(before >> 8) & 0xff]);
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint16_t crc16(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  unsigned crc = 0;
  // What is short of a step goes first: zero bytes before it would change nothing, so that these
  // look-ups need not wait for each other.
  for (std::size_t left = text.size() % 8; left > 0; --left) crc ^= kTables[left - 1][*at++];
  for (std::size_t steps = text.size() / 8; steps > 0; --steps, at += 8) {
    crc = kTables[7][at[0] ^ (crc >> 8)] ^ kTables[6][at[1] ^ (crc & 0xff)] ^ kTables[5][at[2]] ^
          kTables[4][at[3]] ^ kTables[3][at[4]] ^ kTables[2][at[5]] ^ kTables[1][at[6]] ^
          kTables[0][at[7]];
  }
  return static_cast<std::uint16_t>(crc);
}

bool is_open(char c) { return c == '{'; }

bool holds_open(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  const std::uint64_t zero_at_open = word ^ kOnes * '{';
  return ((zero_at_open - kOnes) & ~zero_at_open & kOnes << 7) != 0;
}

// A call of memchr takes longer than looking at a usual key.
bool may_have_tag(std::string_view key) {
  if (key.size() < 8) return std::ranges::any_of(key, is_open);
  const std::size_t last = key.size() - 8;
  for (std::size_t at = 0; at < last; at += 8) {
    if (holds_open(storage::load64(key.data() + at))) return true;
  }
  return holds_open(storage::load64(key.data() + last));
}

// What counts for the slot: all that stands between the first '{' and the next '}', if anything
// stands there, or else the key.
std::string_view hash_tag(std::string_view key) {
  const auto open = key.find('{');
  const auto close = key.find('}', open + 1);
  return close == std::string_view::npos || close == open + 1
             ? key
             : key.substr(open + 1, close - open - 1);
}

}  // namespace

int key_slot(std::string_view key) {
  if (may_have_tag(key)) [[unlikely]]
    key = hash_tag(key);
  return crc16(key) & 16383;
}

int cursor_shard(std::string_view cursor, int shards) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), value);
  if (error != std::errc{}) return 0;
  const auto shard = value >> kCursorShardBit;
  return shard < static_cast<std::uint64_t>(shards) ? static_cast<int>(shard) : 0;
}

}  // namespace countd::commands
