#include "protocol/byte_buffer.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>

using countd::protocol::ByteBuffer;

TEST_CASE("a buffer holds what was appended and drops what was consumed, in order") {
  std::mt19937_64 random(1);
  ByteBuffer buffer;
  std::string expected;
  for (int step = 0; step < 5000; ++step) {
    if (random() % 3 != 0) {
      const std::string piece(random() % 300, static_cast<char>('a' + step % 26));
      buffer.append(piece);
      expected += piece;
    } else {
      const std::size_t bytes = random() % (expected.size() + 1);
      buffer.consume(bytes);
      expected.erase(0, bytes);
    }
    REQUIRE(buffer.view() == expected);
  }
}

TEST_CASE("reserved bytes are part of the buffer once they are committed") {
  ByteBuffer buffer;
  std::memcpy(buffer.reserve(10), "0123456789", 10);
  CHECK(buffer.empty());
  buffer.commit(4);
  CHECK(buffer.view() == "0123");
  buffer.truncate(2);
  CHECK(buffer.view() == "01");
}

TEST_CASE("reserving more than was ever needed keeps the bytes that are there") {
  ByteBuffer buffer;
  buffer.append("hello");
  std::memset(buffer.reserve(1 << 20), 'x', 1 << 20);
  CHECK(buffer.capacity() >= (1 << 20) + 5);
  CHECK(buffer.view() == "hello");
}

TEST_CASE("an empty buffer gives memory back down to what it is to keep") {
  ByteBuffer buffer;
  buffer.append(std::string(100000, 'x'));
  buffer.clear();
  buffer.shrink(1 << 20);
  CHECK(buffer.capacity() >= 100000);
  buffer.shrink(4096);
  CHECK(buffer.capacity() == 4096);
  buffer.shrink(0);
  CHECK(buffer.capacity() == 0);
  buffer.append("again");
  CHECK(buffer.view() == "again");
}

TEST_CASE("a moved-from buffer is empty and can be used again") {
  ByteBuffer from;
  from.append("content");
  ByteBuffer to(std::move(from));
  CHECK(to.view() == "content");
  CHECK(from.empty());
  CHECK(from.capacity() == 0);
  from.append("new");
  CHECK(from.view() == "new");
  to = std::move(from);
  CHECK(to.view() == "new");
  CHECK(from.capacity() == 0);
}
