#include "storage/rdb/block_index.h"

#include <charconv>
#include <cstddef>

#include "storage/rdb/decoder.h"
#include "storage/rdb/encoder.h"

namespace countd::storage::rdb {
namespace {

constexpr std::string_view kIndexName = "countd-index";
constexpr std::string_view kPointerName = "countd-index-at";
constexpr std::size_t kHexDigits = 16;
constexpr std::size_t kPointerBytes = 1 + 1 + kPointerName.size() + 1 + kHexDigits;
constexpr std::size_t kEndBytes = 1 + 8;

std::string hex(std::uint64_t number) {
  std::string text(kHexDigits, '0');
  for (std::size_t i = kHexDigits; number != 0; number >>= 4) {
    text[--i] = "0123456789abcdef"[number & 15];
  }
  return text;
}

/// Takes a number off the front of `text` and the byte `after` behind it.
bool take_number(std::string_view& text, int base, char after, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc{} || stop == end || *stop != after) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return true;
}

bool parse_blocks(std::string_view lines, std::vector<BlockRange>& blocks) {
  while (!lines.empty()) {
    BlockRange& block = blocks.emplace_back();
    if (!take_number(lines, 10, ' ', block.offset) || !take_number(lines, 10, ' ', block.size) ||
        !take_number(lines, 16, '\n', block.crc)) {
      return false;
    }
  }
  return true;
}

/// The text of a note named `name`, or nothing.
std::optional<std::string_view> note_text(Decoder& in, std::string_view name, MadeTexts& made) {
  if (in.byte() != static_cast<std::uint8_t>(Opcode::kNote) || in.text(made) != name) return {};
  const std::string_view text = in.text(made);
  if (in.failed()) return {};
  return text;
}

/// The offset that the pointer at the file's end tells.
std::optional<std::uint64_t> index_offset(std::string_view file) {
  if (file.size() < kPointerBytes + kEndBytes) return {};
  const std::size_t at = file.size() - kPointerBytes - kEndBytes;
  Decoder in{file.substr(at, kPointerBytes + 1)};
  MadeTexts made;
  const auto text = note_text(in, kPointerName, made);
  if (!text || in.byte() != static_cast<std::uint8_t>(Opcode::kEnd) || !in.at_end()) return {};
  std::string padded{*text};
  padded += '\n';
  std::string_view rest = padded;
  std::uint64_t offset = 0;
  if (!take_number(rest, 16, '\n', offset) || offset >= at) return {};
  return offset;
}

bool without_gap(const BlockIndex& index) {
  std::uint64_t next = index.begin;
  for (const BlockRange& block : index.blocks) {
    if (block.offset != next || block.size == 0 || block.size > index.end - next) return false;
    next += block.size;
  }
  return next == index.end;
}

}  // namespace

std::string spell_index(const std::vector<BlockRange>& blocks, std::uint64_t offset) {
  std::string lines;
  for (const BlockRange& block : blocks) {
    lines += std::to_string(block.offset) + ' ' + std::to_string(block.size) + ' ' +
             hex(block.crc) + '\n';
  }
  Encoder out;
  out.byte(static_cast<std::uint8_t>(Opcode::kNote));
  out.plain_string(kIndexName);
  out.plain_string(lines);
  out.byte(static_cast<std::uint8_t>(Opcode::kNote));
  out.plain_string(kPointerName);
  out.plain_string(hex(offset));
  return std::string{out.bytes()};
}

std::optional<BlockIndex> find_index(std::string_view file) {
  const auto offset = index_offset(file);
  if (!offset) return {};
  const std::size_t pointer_at = file.size() - kPointerBytes - kEndBytes;
  Decoder in{file.substr(*offset, pointer_at - *offset)};
  MadeTexts made;
  const auto lines = note_text(in, kIndexName, made);
  if (!lines || !in.at_end()) return {};
  BlockIndex index;
  if (!parse_blocks(*lines, index.blocks)) return {};
  index.end = *offset;
  index.begin = index.blocks.empty() ? index.end : index.blocks.front().offset;
  if (index.begin > index.end || !without_gap(index)) return {};
  return index;
}

}  // namespace countd::storage::rdb
