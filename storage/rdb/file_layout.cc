#include "storage/rdb/file_layout.h"

#include <charconv>
#include <cstring>
#include <string>

#include "storage/rdb/crc64.h"

namespace countd::storage::rdb {
namespace {

constexpr int kFirstVersionWithCrc = 5;
constexpr int kValkeyVersion = 80;

struct Magic {
  int version = 0;
  Vendor vendor = Vendor::kRedis;
};

FormatResult<Magic> read_magic(std::string_view file) {
  constexpr std::string_view kRedis = "REDIS";
  constexpr std::string_view kValkey = "VALKEY";
  Magic magic;
  std::string_view digits = file.substr(0, kMagicBytes);
  if (digits.starts_with(kRedis)) {
    digits.remove_prefix(kRedis.size());
  } else if (digits.starts_with(kValkey)) {
    digits.remove_prefix(kValkey.size());
    magic.vendor = Vendor::kValkey;
  } else {
    return FormatError{0, "this is not an RDB file"};
  }
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, magic.version);
  if (file.size() < kMagicBytes || error != std::errc{} || stop != end || magic.version < 1) {
    return FormatError{0, "the version of the RDB file cannot be read"};
  }
  const bool known = magic.vendor == Vendor::kRedis ? magic.version <= kNewestVersion
                                                    : magic.version == kValkeyVersion;
  if (known) return magic;
  return FormatError{0, "RDB version " + std::to_string(magic.version) + " cannot be read"};
}

std::uint64_t stored_crc(std::string_view file) {
  std::uint64_t crc;
  std::memcpy(&crc, file.data() + file.size() - kCrcBytes, sizeof crc);
  return crc;
}

std::optional<FormatError> compare_crc(std::string_view file, std::uint64_t crc) {
  const std::uint64_t stored = stored_crc(file);
  if (stored == 0 || stored == crc) return {};
  return FormatError{file.size() - kCrcBytes, "the checksum does not fit the file's bytes"};
}

/// The file's CRC, if each block's is what the index says.
std::uint64_t combined_crc(std::string_view file, const BlockIndex& index) {
  std::uint64_t crc = crc64(0, file.substr(0, index.begin));
  for (const BlockRange& block : index.blocks) crc = crc64_combine(crc, block.crc, block.size);
  return crc64(crc, file.substr(index.end, file.size() - kCrcBytes - index.end));
}

/// The notes before the first entry; a head that does not end where the blocks begin takes the
/// index away.
std::optional<FormatError> read_notes(std::string_view file, int databases, FileLayout& layout) {
  if (layout.index) {
    ReaderOptions options = layout.reader_options(databases, false);
    options.notes = &layout.notes;
    const std::uint64_t begin = layout.index->begin;
    if (begin >= kMagicBytes) {
      EntryReader head{file.substr(kMagicBytes, begin - kMagicBytes), kMagicBytes, options};
      if (head.find() == EntryReader::Step::kEnd) return {};
    }
    layout.index.reset();
    layout.notes = {};
  }
  ReaderOptions options = layout.reader_options(databases, true);
  options.notes = &layout.notes;
  EntryReader reader{file.substr(kMagicBytes), kMagicBytes, options};
  if (reader.find() == EntryReader::Step::kFailed) return reader.error();
  return {};
}

}  // namespace

ReaderOptions FileLayout::reader_options(int databases, bool whole_file) const {
  ReaderOptions options;
  options.vendor = vendor;
  options.databases = databases;
  options.whole_file = whole_file;
  return options;
}

FormatResult<FileLayout> read_layout(std::string_view file, int databases) {
  const auto magic = read_magic(file);
  if (!magic) return magic.error();
  FileLayout layout;
  layout.version = magic->version;
  layout.vendor = magic->vendor;
  layout.size_bytes = file.size();
  if (layout.version >= kFirstVersionWithCrc) layout.index = find_index(file);
  if (const auto error = read_notes(file, databases, layout)) return *error;
  if (layout.index) {
    if (const auto error = compare_crc(file, combined_crc(file, *layout.index))) return *error;
  }
  return layout;
}

std::optional<FormatError> check_block(std::string_view file, const BlockRange& block) {
  if (crc64(0, file.substr(block.offset, block.size)) == block.crc) return {};
  return FormatError{block.offset, "the checksum of a block of " + std::to_string(block.size) +
                                       " bytes does not fit its bytes"};
}

std::optional<FormatError> check_end(std::string_view file, const FileLayout& layout,
                                     std::uint64_t offset) {
  const std::size_t crc_bytes = layout.version >= kFirstVersionWithCrc ? kCrcBytes : 0;
  const std::uint64_t left = file.size() - offset;
  if (left < crc_bytes) return FormatError{offset, "the file ends inside its checksum"};
  if (left > crc_bytes) return FormatError{offset + crc_bytes, "bytes follow the file's end"};
  if (crc_bytes == 0) return {};
  return compare_crc(file, crc64(0, file.substr(0, offset)));
}

}  // namespace countd::storage::rdb
