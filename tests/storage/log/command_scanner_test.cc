#include "storage/log/command_scanner.h"

#include <doctest/doctest.h>

using namespace countd::storage::log;
using Step = CommandScanner::Step;

namespace {

Step step_of(std::string_view bytes) { return CommandScanner{bytes, 0}.command(); }

}  // namespace

TEST_CASE("commands and lines are read one behind the other") {
  CommandScanner scanner{"#TS:5\r\n*2\r\n$3\r\nDEL\r\n$0\r\n\r\n*1\r\n$4\r\nexec\r\n", 0};
  std::string_view line;
  REQUIRE(scanner.at_line());
  REQUIRE(scanner.line(line) == Step::kDone);
  CHECK(line == "#TS:5");
  REQUIRE(scanner.command() == Step::kDone);
  REQUIRE(scanner.words().size() == 2);
  CHECK(scanner.words()[0] == "DEL");
  CHECK(scanner.words()[1].empty());
  CHECK(!is_bare(scanner.words(), "DEL"));
  REQUIRE(scanner.command() == Step::kDone);
  CHECK(is_bare(scanner.words(), "EXEC"));
  CHECK(scanner.at_end());
}

TEST_CASE("every beginning of a command is incomplete, not malformed") {
  const std::string_view whole = "*2\r\n$11\r\nab\r\ncd\r\nefg\r\n$1\r\nx\r\n";
  REQUIRE(step_of(whole) == Step::kDone);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_MESSAGE(step_of(whole.substr(0, size)) == Step::kIncomplete, size);
  }
}

TEST_CASE("what can be no command is malformed, however it goes on") {
  for (const char* bytes :
       {"x", "+OK\r\n", "*0\r\n", "*-1\r\n", "*01\r\n$1\r\nx\r\n", "*1\n$1\r\nx\r\n", "*1\rx",
        "*\r\n", "*1048577\r\n", "*1\r\n$-1\r\n", "*1\r\n:1\r\n", "*1\r\n$1\r\nxy\r\n",
        "*1\r\n$1\r\nx\ry", "*1\r\n$4294967297\r\n", "*99999999999999999999\r\n"}) {
    CHECK_MESSAGE(step_of(bytes) == Step::kMalformed, bytes);
  }
}

TEST_CASE("a failed step tells where and why") {
  CommandScanner scanner{"*1\r\n$1\r\nxyz", 0};
  CHECK(scanner.command() == Step::kMalformed);
  CHECK(at_offset(scanner.offset(), scanner.what()) ==
        "at offset 9: a word does not end where its length says");
}

TEST_CASE("lines end in CR LF and are bounded") {
  std::string_view line;
  CHECK(CommandScanner{"#abc", 0}.line(line) == Step::kIncomplete);
  CHECK(CommandScanner{"#abc\r", 0}.line(line) == Step::kIncomplete);
  CHECK(CommandScanner{"#abc\n", 0}.line(line) == Step::kMalformed);
  const std::string endless(2000, '#');
  CHECK(CommandScanner{endless, 0}.line(line) == Step::kMalformed);
}
