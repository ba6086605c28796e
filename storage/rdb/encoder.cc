#include "storage/rdb/encoder.h"

#include <lzf.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace countd::storage::rdb {

static_assert(std::endian::native == std::endian::little);

char* put_long_length(char* out, std::uint64_t length) {
  if (length < (1u << 14)) {
    out = put_byte(out, static_cast<std::uint8_t>(kLength14 | (length >> 8)));
    return put_byte(out, static_cast<std::uint8_t>(length));
  }
  if (length <= std::numeric_limits<std::uint32_t>::max()) {
    out = put_byte(out, kLength32);
    return put_little_endian(out, __builtin_bswap32(static_cast<std::uint32_t>(length)));
  }
  out = put_byte(out, kLength64);
  return put_little_endian(out, __builtin_bswap64(length));
}

Encoder::Encoder(std::size_t capacity)
    : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

void Encoder::grow(std::size_t size) {
  const std::size_t capacity = std::max(size_ + size, 2 * capacity_);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void Encoder::string(std::string_view text, bool compress) {
  constexpr std::size_t kLongestInt32 = 11;
  if (text.size() <= kLongestInt32) {
    const auto value = parse_integer(text);
    if (value && *value == static_cast<std::int32_t>(*value)) return integer(*value);
  }
  if (compress && text.size() > kMaxUncompressed && compressed_string(text)) return;
  plain_string(text);
}

/// False: compression saves less than four bytes, nothing was written.
bool Encoder::compressed_string(std::string_view text) {
  constexpr std::size_t kLeastSaved = 4;
  if (text.size() > std::numeric_limits<unsigned>::max()) return false;
  const auto size = static_cast<unsigned>(text.size());
  // Compressed behind the room for the head, which is known only afterwards, then moved down.
  constexpr std::size_t kMaxHead = 1 + 2 * kMaxLengthBytes;
  char* const head = room(kMaxHead + text.size());
  const unsigned compressed =
      lzf_compress(text.data(), size, head + kMaxHead, size - static_cast<unsigned>(kLeastSaved));
  if (compressed == 0) return false;
  char* out = put_byte(head, kLzf);
  out = put_length(out, compressed);
  out = put_length(out, size);
  std::memmove(out, head + kMaxHead, compressed);
  keep(out + compressed);
  return true;
}

std::unique_ptr<char[]> Encoder::release() {
  size_ = 0;
  capacity_ = 0;
  return std::move(bytes_);
}

}  // namespace countd::storage::rdb
