#include <doctest/doctest.h>

#include <random>

#include "tests/commands/harness.h"

using countd::test::Harness;

TEST_CASE("GETRANGE counts from both ends and cuts what lies outside") {
  Harness server;
  Harness::Client client(server);
  client("SET s \"This is a string\"");
  CHECK(client("GETRANGE s 0 3") == "$4\r\nThis\r\n");
  CHECK(client("GETRANGE s -3 -1") == "$3\r\ning\r\n");
  CHECK(client("GETRANGE s 10 100") == "$6\r\nstring\r\n");
  CHECK(client("SUBSTR s 5 6") == "$2\r\nis\r\n");
  CHECK(client("GETRANGE s 3 1") == "$0\r\n\r\n");
  CHECK(client("GETRANGE nosuch 0 -1") == "$0\r\n\r\n");
  CHECK(client("GETRANGE s x 1") == "-ERR value is not an integer or out of range\r\n");
  CHECK(client("GETRANGE s -9223372036854775808 9223372036854775807") ==
        "$16\r\nThis is a string\r\n");
}

TEST_CASE("SETRANGE overwrites in place and fills with zero bytes") {
  Harness server;
  Harness::Client client(server);
  client("SET s \"Hello World\"");
  CHECK(client("SETRANGE s 6 Redis") == ":11\r\n");
  CHECK(client("GET s") == "$11\r\nHello Redis\r\n");
  CHECK(client("SETRANGE new 2 x") == ":3\r\n");
  CHECK(client("GET new") == std::string("$3\r\n\0\0x\r\n", 9));
  client("SET n 12345");
  CHECK(client("SETRANGE n 1 9") == ":5\r\n");
  CHECK(client("INCR n") == ":19346\r\n");
}

TEST_CASE("SETRANGE of nothing changes and creates nothing") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("SETRANGE nosuch 5 \"\"") == ":0\r\n");
  CHECK(client("EXISTS nosuch") == ":0\r\n");
  client("SET n 12");
  CHECK(client("SETRANGE n 0 \"\"") == ":2\r\n");
  CHECK(client("OBJECT ENCODING n") == "$3\r\nint\r\n");
}

TEST_CASE("no string grows past proto-max-bulk-len") {
  Harness server;
  Harness::Client client(server);
  client("CONFIG SET proto-max-bulk-len 1mb");
  const std::string refused = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
  CHECK(client("SETRANGE s 1048576 x") == refused);
  CHECK(client("SETRANGE s 9223372036854775807 x") == refused);
  CHECK(client("SETRANGE s 1048575 x") == ":1048576\r\n");
  CHECK(client("APPEND s x") == refused);
  CHECK(client("SETRANGE s -1 x") == "-ERR offset is out of range\r\n");
}

TEST_CASE("APPEND creates as SET does, and then edits in place") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("APPEND k 12") == ":2\r\n");
  CHECK(client("OBJECT ENCODING k") == "$3\r\nint\r\n");
  client("EXPIRE k 10");
  CHECK(client("APPEND k 3") == ":3\r\n");
  CHECK(client("OBJECT ENCODING k") == "$3\r\nraw\r\n");
  CHECK(client("GET k") == "$3\r\n123\r\n");
  CHECK(client("TTL k") == ":10\r\n");
}

TEST_CASE("edits equal those of a plain string") {
  Harness server;
  Harness::Client client(server);
  std::mt19937 random(5);
  std::string exact;
  for (int i = 0; i < 500; ++i) {
    const std::string part(1 + random() % 5, static_cast<char>('a' + random() % 26));
    if (random() % 2 == 0) {
      exact += part;
      client.run({"APPEND", "k", part});
    } else {
      const std::size_t at = random() % (exact.size() + 3);
      if (exact.size() < at + part.size()) exact.resize(at + part.size());
      exact.replace(at, part.size(), part);
      client.run({"SETRANGE", "k", std::to_string(at), part});
    }
  }
  CHECK(client("GET k") == "$" + std::to_string(exact.size()) + "\r\n" + exact + "\r\n");
}
