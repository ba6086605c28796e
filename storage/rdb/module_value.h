// Module values: a 64-bit id, then parts that say what they are, then an end mark, so that any
// reader can pass over them.
//
// The id is the type's name, nine characters of six bits, and ten bits of encoding version:
// "CMSk-TYPE" version 0 = 08c4a4f9360f1000.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/rdb/decoder.h"

namespace countd::storage::rdb {

/// REQUIRES: nine characters of A-Za-z0-9-_ and a version below 1024.
constexpr std::uint64_t module_id(std::string_view name, std::uint64_t version) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::uint64_t id = 0;
  for (const char letter : name) id = (id << 6) | kAlphabet.find(letter);
  return (id << 10) | version;
}

std::string module_name(std::uint64_t id);

/// Passes over the parts behind an id, the end mark included.
void skip_module_parts(Decoder& in);

/// RedisBloom's Count-Min Sketch.
inline constexpr std::uint64_t kCountMinId = module_id("CMSk-TYPE", 0);

}  // namespace countd::storage::rdb
