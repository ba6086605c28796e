#include "storage/log/frame_format.h"

#include <doctest/doctest.h>

#include "tests/storage/log/sample_log.h"

using namespace countd;
using namespace countd::storage::log;

TEST_CASE("the worked example is what the writer writes") {
  test::FaultyDisk disk;
  FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  const Frame frame{77, 0, 1, {"*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n"}};
  REQUIRE(writer.append(frame, false).has_value());
  CHECK(disk.files["log"] ==
        "#COUNTD 1\r\n"
        "*1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*1\r\n$4\r\nEXEC\r\n"
        "#CRC32C:9a2e9411 49 77\r\n");
}

TEST_CASE("a frame's last line is read back, and only as it was spelled") {
  const auto end = parse_frame_end("#CRC32C:0012abcd 1234 77");
  REQUIRE(end.has_value());
  CHECK(end->checksum == 0x12abcd);
  CHECK(end->bytes == 1234);
  CHECK(end->epoch == 77);
  for (const char* line :
       {"", "#CRC32C:", "#CRC32C:0012abcd", "#CRC32C:0012abcd 1", "#CRC32C:0012ABCD 1 2",
        "#CRC32C:012abcd 1 2", "#CRC32C:0012abcd 01 2", "#CRC32C:0012abcd 1 -2",
        "#CRC32C:0012abcd 1 2 ", "#CRC32C:0012abcd  1 2", "#CRC32D:0012abcd 1 2",
        "#CRC32C:0012abcd 1 9223372036854775808"}) {
    CHECK_MESSAGE(!parse_frame_end(line).has_value(), line);
  }
}

TEST_CASE("the checksum covers its line's figures") {
  FrameEnd end = *parse_frame_end([] {
    std::string line;
    append_frame_end(line, 0, 0, 5);
    return line.substr(0, line.size() - 2);
  }());
  CHECK(holds(end, ""));
  CHECK(!holds(end, "x"));
  end.epoch = 6;
  CHECK(!holds(end, ""));
}

TEST_CASE("times are whole seconds") {
  std::string line;
  append_time_line(line, 1'700'000'000'999);
  CHECK(line == "#TS:1700000000\r\n");
  CHECK(parse_time_line("#TS:1700000000") == 1'700'000'000'000);
  CHECK(!parse_time_line("#TS:").has_value());
  CHECK(!parse_time_line("#TS:-1").has_value());
  CHECK(!parse_time_line("#TS:9223372036854775807").has_value());
}

TEST_CASE("whole blank lines are passed over") {
  CHECK(behind_blank_lines("", 0) == 0);
  CHECK(behind_blank_lines("#\n##\n#\n*1", 0) == 7);
  CHECK(behind_blank_lines("x#\n#", 1) == 3);
  CHECK(behind_blank_lines("#\n##", 0) == 2);
  CHECK(behind_blank_lines("\n#\n", 0) == 0);
  CHECK(behind_blank_lines("#\n#TS:1\r\n", 0) == 2);
  CHECK(behind_blank_lines({"#\n#\0\n", 5}, 0) == 2);
}

TEST_CASE("the last line of a base has the number of its frames") {
  CHECK(end_line(12) == "#END 12\r\n");
  CHECK(parse_end_line("#END 12") == 12);
  CHECK(!parse_end_line("#END"));
  CHECK(!parse_end_line("#END x"));
  CHECK(!parse_end_line("#ENDS 1"));
}
