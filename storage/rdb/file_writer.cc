#include "storage/rdb/file_writer.h"

#include <charconv>

#include "storage/rdb/crc64.h"
#include "storage/rdb/encoder.h"

namespace countd::storage::rdb {
namespace {

constexpr std::size_t kSeedDigits = 16;

void put_note(Encoder& out, std::string_view key, std::string_view value) {
  out.byte(static_cast<std::uint8_t>(Opcode::kNote));
  out.string(key, false);
  out.string(value, false);
}

std::string magic() {
  std::string version = std::to_string(kFileVersion);
  return "REDIS" + std::string(4 - version.size(), '0') + version;
}

}  // namespace

std::string spell_seed(std::uint64_t seed) {
  std::string text(kSeedDigits, '0');
  char digits[kSeedDigits];
  const auto end = std::to_chars(digits, digits + kSeedDigits, seed, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  return text.replace(kSeedDigits - size, size, digits, size);
}

std::optional<std::uint64_t> parse_seed(std::string_view text) {
  if (text.size() != kSeedDigits) return {};
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed, 16);
  if (error != std::errc{} || stop != end) return {};
  return seed;
}

void FileWriter::sum(std::uint64_t crc, std::uint64_t size) {
  crc_ = crc64_combine(crc_, crc, size);
  size_ += size;
}

std::string FileWriter::head(const FileFacts& facts) {
  Encoder out;
  put_note(out, "redis-ver", facts.redis_version);
  put_note(out, "redis-bits", "64");
  put_note(out, "ctime", std::to_string(facts.created_seconds));
  put_note(out, "used-mem", std::to_string(facts.used_memory_bytes));
  put_note(out, "aof-base", "0");
  put_note(out, kVersionNote, facts.countd_version);
  if (facts.hash_seed) put_note(out, kHashSeedNote, spell_seed(*facts.hash_seed));
  for (const DatabaseSize& size : facts.sizes) {
    if (size.keys == 0) continue;
    out.byte(static_cast<std::uint8_t>(Opcode::kSelect));
    out.length(static_cast<std::uint64_t>(size.db));
    out.byte(static_cast<std::uint8_t>(Opcode::kResize));
    out.length(size.keys);
    out.length(size.expires);
  }
  std::string bytes = magic();
  bytes += out.bytes();
  sum(crc64(0, bytes), bytes.size());
  return bytes;
}

void FileWriter::add(const Block& block) {
  blocks_.push_back({size_, block.size, block.crc});
  sum(block.crc, block.size);
}

std::string FileWriter::tail(bool checksum) {
  std::string bytes = spell_index(blocks_, size_);
  bytes += static_cast<char>(Opcode::kEnd);
  sum(crc64(0, bytes), bytes.size());
  char crc[sizeof crc_];
  put_little_endian(crc, checksum ? crc_ : std::uint64_t{0});
  bytes.append(crc, sizeof crc);
  size_ += sizeof crc;
  return bytes;
}

}  // namespace countd::storage::rdb
