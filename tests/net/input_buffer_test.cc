#include "net/input_buffer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "storage/base/random.h"

using countd::net::InputBuffer;

namespace {

void fill(InputBuffer& buffer, std::string_view bytes) {
  REQUIRE(buffer.free_bytes() >= bytes.size());
  std::memcpy(buffer.free_begin(), bytes.data(), bytes.size());
  buffer.commit(bytes.size());
}

}  // namespace

TEST_CASE("a new connection costs nothing until it reads, and then one small block") {
  InputBuffer buffer;
  CHECK(buffer.empty());
  CHECK(buffer.capacity() == 0);
  buffer.make_room(1);
  CHECK(buffer.capacity() == 4096);
}

TEST_CASE("a read that filled the block gets a larger one, up to a bound") {
  InputBuffer buffer;
  buffer.make_room(1);
  for (int i = 0; i < 5; ++i) {
    fill(buffer, std::string(buffer.free_bytes(), 'x'));
    buffer.consume(buffer.view().size());
    buffer.make_room(1);
  }
  CHECK(buffer.capacity() == 64 * 1024);
}

TEST_CASE("a large request makes the buffer grow with what has come, not with what is announced") {
  InputBuffer buffer;
  buffer.make_room(1);
  fill(buffer, "partial");
  buffer.make_room(512 << 20);
  CHECK(buffer.capacity() <= 2 * 4096);
  std::size_t rounds = 0;
  std::size_t missing = 10 << 20;
  while (missing > 0) {
    const auto now = std::min(missing, buffer.free_bytes());
    fill(buffer, std::string(now, 'y'));
    missing -= now;
    if (missing > 0) buffer.make_room(missing);
    REQUIRE(++rounds < 40);
  }
  CHECK(buffer.view().size() == (10 << 20) + 7);
  CHECK(buffer.capacity() <= (11 << 20));
  CHECK(buffer.view().starts_with("partialyyy"));
}

TEST_CASE("a block that has become too large is given back when it is empty") {
  InputBuffer buffer;
  buffer.make_room(1);
  while (buffer.capacity() < (1 << 20)) {
    fill(buffer, std::string(buffer.free_bytes(), 'x'));
    buffer.make_room(1 << 20);
  }
  buffer.consume(buffer.view().size());
  CHECK(buffer.empty());
  buffer.make_room(1);
  CHECK(buffer.capacity() == 4096);
}

TEST_CASE("whatever is committed comes out, in order, however it is consumed") {
  countd::storage::Random random(11);
  InputBuffer buffer;
  std::string expected;
  for (int round = 0; round < 3000; ++round) {
    buffer.make_room(1 + random.below(10'000));
    REQUIRE(buffer.free_bytes() >= 1);
    std::string bytes(1 + random.below(buffer.free_bytes()), static_cast<char>('a' + round % 26));
    fill(buffer, bytes);
    expected += bytes;
    REQUIRE(buffer.view() == expected);
    const auto used = random.below(3) == 0 ? expected.size() : random.below(expected.size() + 1);
    buffer.consume(used);
    expected.erase(0, used);
    REQUIRE(buffer.view() == expected);
  }
}
