#include "commands/checked_out.h"

#include <array>
#include <charconv>

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
  std::size_t left = text.size();
  unsigned crc = 0;
  for (; left >= 8; left -= 8, at += 8) {
    crc = kTables[7][at[0] ^ (crc >> 8)] ^ kTables[6][at[1] ^ (crc & 0xff)] ^ kTables[5][at[2]] ^
          kTables[4][at[3]] ^ kTables[3][at[4]] ^ kTables[2][at[5]] ^ kTables[1][at[6]] ^
          kTables[0][at[7]];
  }
  for (; left > 0; --left, ++at) {
    crc = ((crc << 8) & 0xffff) ^ kTables[0][(crc >> 8) ^ *at];
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace

int key_slot(std::string_view key) {
  // Only what stands between the first '{' and the next '}' counts, if anything stands there.
  if (const auto open = key.find('{'); open != std::string_view::npos) {
    const auto close = key.find('}', open + 1);
    if (close != std::string_view::npos && close != open + 1) {
      key = key.substr(open + 1, close - open - 1);
    }
  }
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
