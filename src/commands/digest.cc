#include "commands/digest.h"

#include <algorithm>
#include <boost/uuid/detail/sha1.hpp>
#include <cstdint>

#include "storage/base/assert.h"
#include "storage/rdb/dump.h"

namespace countd::commands {

namespace {

using Sha1 = std::array<unsigned char, 20>;

Sha1 sha1(std::string_view bytes) {
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(bytes.data(), bytes.size());
  unsigned words[5];
  hash.get_digest(words);
  Sha1 result;
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<unsigned char>(words[i / 4] >> (24 - i % 4 * 8));
  }
  return result;
}

std::string big_endian(std::uint32_t number) {
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(number >> (24 - i * 8));
  return bytes;
}

// Redis's numbers of types, as its digest mixes them.
constexpr std::uint32_t kRedisString = 0;
constexpr std::uint32_t kRedisModule = 5;

void mix_entry(Digest& digest, const storage::EntryView& entry) {
  if (entry.type() == storage::Type::kString) {
    storage::IntegerText buffer;
    digest.mix(big_endian(kRedisString));
    digest.mix(entry.value.text(buffer));
  } else {
    // RedisBloom gives Redis no digest of its values; ours are told apart by their bytes.
    digest.mix(big_endian(kRedisModule));
    digest.mix(storage::rdb::dump(entry.value, /*compress=*/false));
  }
  if (entry.expiry != storage::kNoExpiry) digest.add("!!expire!!");
}

}  // namespace

void Digest::add(std::string_view bytes) {
  const Sha1 hash = sha1(bytes);
  for (std::size_t i = 0; i < hash.size(); ++i) bytes_[i] ^= hash[i];
}

void Digest::mix(std::string_view bytes) {
  add(bytes);
  bytes_ = sha1(this->bytes());
}

void Digest::merge(const Digest& other) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] ^= other.bytes_[i];
}

std::string Digest::text() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes_) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Digest Digest::of_bytes(std::string_view bytes) {
  Digest digest;
  ASSERT(bytes.size() == digest.bytes_.size());
  std::copy(bytes.begin(), bytes.end(), digest.bytes_.begin());
  return digest;
}

Digest digest_of_entry(const storage::EntryView& entry) {
  Digest digest;
  mix_entry(digest, entry);
  return digest;
}

Digest digest_of_key(std::string_view key, const storage::EntryView& entry) {
  Digest digest;
  digest.mix(key);
  mix_entry(digest, entry);
  return digest;
}

void mix_database(Digest& digest, int db) {
  digest.mix(big_endian(static_cast<std::uint32_t>(db)));
}

}  // namespace countd::commands
