// DEBUG DIGEST: a number that two servers agree on if and only if they hold the same data, as
// Redis computes it (Redis to Redis, Redis to countd).
//
// Digests are 20 bytes. "add" xors the SHA-1 of some bytes in, which knows no order; "mix" adds and
// then replaces the digest by its own SHA-1, which does. A key's digest mixes the key, the type and
// the value in and adds "!!expire!!" if it expires. The data's digest mixes each database's number
// in, and adds its keys' digests.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "storage/keyspace/keyspace.h"

namespace countd::commands {

class Digest {
 public:
  void add(std::string_view bytes);
  void mix(std::string_view bytes);
  /// The sum of two sets of keys.
  void merge(const Digest& other);

  /// 40 hexadecimal digits.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  /// REQUIRES: 20 bytes.
  static Digest of_bytes(std::string_view bytes);

 private:
  std::array<unsigned char, 20> bytes_{};
};

/// Of the value alone (DEBUG DIGEST-VALUE). REQUIRES: the entry exists.
Digest digest_of_entry(const storage::EntryView& entry);
/// Of a key with its value. REQUIRES: the entry exists.
Digest digest_of_key(std::string_view key, const storage::EntryView& entry);
/// Begins the part of a database: its number, most significant byte first.
void mix_database(Digest& digest, int db);

}  // namespace countd::commands
