// Reads lengths, numbers and strings of RDB from bytes that may be hostile.
//
// A cursor that fails once and for good: after a failure every read returns zero or nothing, so a
// caller reads a whole thing and looks at `failed()` once. Every length is bounded by the bytes
// that are left, so no length makes it allocate or loop more than the input is long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>

#include "storage/rdb/format.h"

namespace countd::storage::rdb {

/// Texts that had to be made (decompressed or spelled): they stay where they are until cleared.
using MadeTexts = std::deque<std::string>;

/// A string as it was written: as an integer or as text.
struct StringRead {
  bool is_integer = false;
  std::int64_t integer = 0;
  std::string_view text;  // in the input, or in the MadeTexts that was given
};

class Decoder {
 public:
  /// `offset`: where in the file the bytes begin, for errors. Borrows the bytes.
  explicit Decoder(std::string_view bytes, std::uint64_t offset = 0)
      : begin_(bytes.data()), cursor_(begin_), end_(begin_ + bytes.size()), base_(offset) {}

  [[nodiscard]] bool at_end() const { return cursor_ == end_; }
  [[nodiscard]] bool failed() const { return reason_ != nullptr; }
  [[nodiscard]] std::uint64_t offset() const { return base_ + (cursor_ - begin_); }
  [[nodiscard]] std::uint64_t left() const { return static_cast<std::uint64_t>(end_ - cursor_); }
  /// REQUIRES: failed().
  [[nodiscard]] FormatError error() const { return {failed_at_, reason_}; }
  /// Fails at the current offset unless it has failed before. `reason` lives for ever.
  void fail(const char* reason);
  void fail_at(std::uint64_t offset, const char* reason);

  std::uint8_t byte() {
    if (cursor_ == end_) [[unlikely]]
      return ended();
    return static_cast<std::uint8_t>(*cursor_++);
  }
  /// Little-endian.
  template <class Number>
  Number number() {
    Number value{};
    const std::string_view raw = take(sizeof value);
    if (!raw.empty()) std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  /// `size` bytes as they are; empty after a failure.
  std::string_view take(std::uint64_t size) {
    if (size > left()) [[unlikely]] {
      fail("the input ends in the middle");
      return {};
    }
    const std::string_view bytes{cursor_, static_cast<std::size_t>(size)};
    cursor_ += size;
    return bytes;
  }
  /// Fails at an encoded string, which is no length.
  std::uint64_t length() {
    if (cursor_ != end_ && static_cast<std::uint8_t>(*cursor_) < kLength14) [[likely]] {
      return static_cast<std::uint8_t>(*cursor_++);
    }
    return long_length();
  }
  /// A number of things that take at least one byte each: fails if so many cannot follow.
  std::uint64_t count();

  /// Texts that are not in the input as they are go to `made`.
  StringRead string(MadeTexts& made) {
    if (cursor_ != end_ && static_cast<std::uint8_t>(*cursor_) < kLength14) [[likely]] {
      return {false, 0, take(static_cast<std::uint8_t>(*cursor_++))};
    }
    return other_string(made);
  }
  /// As `string`, an integer spelled out.
  std::string_view text(MadeTexts& made);
  void skip_string();

 private:
  std::uint8_t ended();
  std::uint64_t long_length();
  StringRead other_string(MadeTexts& made);
  std::string_view compressed(MadeTexts& made);
  /// The size of the input and of the output of a compressed string; fails if impossible.
  struct CompressedSizes {
    std::uint64_t compressed = 0;
    std::uint64_t size = 0;
  };
  CompressedSizes compressed_sizes();

  const char* begin_;
  const char* cursor_;
  const char* end_;
  std::uint64_t base_;
  std::uint64_t failed_at_ = 0;
  const char* reason_ = nullptr;
};

}  // namespace countd::storage::rdb
