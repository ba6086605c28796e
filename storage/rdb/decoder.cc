#include "storage/rdb/decoder.h"

#include <lzf.h>

#include <limits>

#include "storage/base/integer.h"

namespace countd::storage::rdb {
namespace {

bool is_encoded(std::uint8_t first) { return (first & 0xC0) == 0xC0; }

}  // namespace

void Decoder::fail_at(std::uint64_t offset, const char* reason) {
  if (failed()) return;
  failed_at_ = offset;
  reason_ = reason;
  cursor_ = end_;
}

void Decoder::fail(const char* reason) { fail_at(offset(), reason); }

std::uint8_t Decoder::ended() {
  fail("the input ends in the middle");
  return 0;
}

std::uint64_t Decoder::long_length() {
  const std::uint64_t at = offset();
  const std::uint8_t first = byte();
  if (first < kLength14) return first;
  if (first < kLength32) return (static_cast<std::uint64_t>(first & 0x3F) << 8) | byte();
  if (first == kLength32) return __builtin_bswap32(number<std::uint32_t>());
  if (first == kLength64) return __builtin_bswap64(number<std::uint64_t>());
  fail_at(at, "a length was expected");
  return 0;
}

std::uint64_t Decoder::count() {
  const std::uint64_t at = offset();
  const std::uint64_t things = length();
  if (things <= left()) return things;
  fail_at(at, "more elements are announced than can follow");
  return 0;
}

StringRead Decoder::other_string(MadeTexts& made) {
  if (at_end()) {
    ended();
    return {};
  }
  const auto first = static_cast<std::uint8_t>(*cursor_);
  if (!is_encoded(first)) return {false, 0, take(long_length())};
  const std::uint64_t at = offset();
  ++cursor_;
  switch (first) {
    case kInt8:
      return {true, number<std::int8_t>(), {}};
    case kInt16:
      return {true, number<std::int16_t>(), {}};
    case kInt32:
      return {true, number<std::int32_t>(), {}};
    case kLzf:
      return {false, 0, compressed(made)};
    default:
      fail_at(at, "unknown form of a string");
      return {};
  }
}

std::string_view Decoder::text(MadeTexts& made) {
  const StringRead read = string(made);
  if (!read.is_integer) return read.text;
  IntegerText buffer;
  return made.emplace_back(format_integer(read.integer, buffer));
}

Decoder::CompressedSizes Decoder::compressed_sizes() {
  // The densest token of LZF turns 3 bytes into 264.
  constexpr std::uint64_t kMaxRatio = 88;
  const std::uint64_t at = offset();
  const std::uint64_t compressed = length();
  const std::uint64_t size = length();
  const bool possible = compressed <= left() && size <= compressed * kMaxRatio && size > 0 &&
                        size <= std::numeric_limits<unsigned>::max();
  if (possible) return {compressed, size};
  fail_at(at, "impossible sizes of a compressed string");
  return {};
}

std::string_view Decoder::compressed(MadeTexts& made) {
  const CompressedSizes sizes = compressed_sizes();
  const std::uint64_t at = offset();
  const std::string_view input = take(sizes.compressed);
  if (failed()) return {};
  std::string& text = made.emplace_back(sizes.size, '\0');
  const unsigned size = lzf_decompress(input.data(), static_cast<unsigned>(input.size()),
                                       text.data(), static_cast<unsigned>(text.size()));
  if (size == text.size()) return text;
  fail_at(at, "a compressed string is damaged");
  return {};
}

void Decoder::skip_string() {
  if (at_end()) {
    ended();
    return;
  }
  const auto first = static_cast<std::uint8_t>(*cursor_);
  if (!is_encoded(first)) {
    take(length());
    return;
  }
  const std::uint64_t at = offset();
  ++cursor_;
  if (first == kLzf) {
    take(compressed_sizes().compressed);
  } else if (first <= kInt32) {
    take(1ull << (first - kInt8));
  } else {
    fail_at(at, "unknown form of a string");
  }
}

}  // namespace countd::storage::rdb
