#include <doctest/doctest.h>

#include <string>

#include "commands/checked_out.h"

using countd::commands::cursor_shard;
using countd::commands::key_shard;
using countd::commands::key_slot;

namespace {

// The checksum bit by bit, from its definition.
int slow_slot(std::string_view text) {
  unsigned crc = 0;
  for (const char c : text) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021u : 0u);
    crc &= 0xffff;
  }
  return static_cast<int>(crc & 16383);
}

}  // namespace

TEST_CASE("slots are Redis Cluster's") {
  CHECK(key_slot("123456789") == 12739);  // the specification's own example: 0x31c3
  CHECK(key_slot("foo") == 12182);
  CHECK(key_slot("") == 0);
}

TEST_CASE("eight bytes a step give the slot of one bit a step") {
  std::string key;
  for (unsigned i = 0; i < 300; ++i) {
    CHECK(key_slot(key) == slow_slot(key));
    key.push_back(static_cast<char>('!' + i * 7 % 90));
  }
}

TEST_CASE("only the first hash tag counts, and only if it is not empty") {
  CHECK(key_slot("{user1}.a") == key_slot("{user1}.b"));
  CHECK(key_slot("x{tag}y{other}") == slow_slot("tag"));
  CHECK(key_slot("{}.a") == slow_slot("{}.a"));
  CHECK(key_slot("{open") == slow_slot("{open"));
  CHECK(key_slot("a}b{c}") == slow_slot("c"));
}

TEST_CASE("a hash tag counts wherever it stands") {
  for (std::size_t size = 3; size < 40; ++size) {
    for (std::size_t open = 0; open + 3 <= size; ++open) {
      std::string key(size, 'z');
      key.replace(open, 3, "{t}");
      CAPTURE(key);
      CHECK(key_slot(key) == slow_slot("t"));
    }
    // The neighbours of '{' are no braces.
    CHECK(key_slot(std::string(size, 'z')) == slow_slot(std::string(size, 'z')));
    CHECK(key_slot(std::string(size, '|')) == slow_slot(std::string(size, '|')));
    CHECK(key_slot(std::string(size, '\xfb')) == slow_slot(std::string(size, '\xfb')));
  }
}

TEST_CASE("every key has one shard among those there are") {
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key:" + std::to_string(i);
    CHECK(key_shard(key, 1) == 0);
    CHECK(key_shard(key, 5) == key_slot(key) * 5 / 16384);
    CHECK(key_shard(key, 5) < 5);
  }
}

TEST_CASE("a cursor names the shard above its 48 bits; nonsense names the first") {
  CHECK(cursor_shard("0", 4) == 0);
  CHECK(cursor_shard("281474976710656", 4) == 1);
  CHECK(cursor_shard("281474976710655", 4) == 0);
  CHECK(cursor_shard("18446744073709551615", 4) == 0);
  CHECK(cursor_shard("nonsense", 4) == 0);
}
