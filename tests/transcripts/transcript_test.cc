#include "tests/transcripts/transcript.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace countd::transcripts;

TEST_CASE("a transcript is read into steps with their replies and their readers") {
  const auto transcript = parse_transcript(
      "# a comment\n@server redis\n@unordered\n> KEYS *\n*1\n  \"a\"\n\n@server both\n> PING\n"
      "+PONG\n@advance 20\n#t\n");
  REQUIRE(transcript.steps.size() == 3);
  CHECK(transcript.steps[0].unordered);
  CHECK_FALSE(transcript.steps[0].on_countd);
  CHECK(transcript.steps[0].expected == std::vector<std::string>{"*1", "  \"a\""});
  CHECK_FALSE(transcript.steps[1].unordered);
  CHECK(transcript.steps[1].on_countd);
  CHECK(transcript.steps[2].action == Action::kAdvance);
  CHECK(transcript.steps[2].expected == std::vector<std::string>{"#t"});
  CHECK_THROWS_AS(parse_transcript("+OK\n"), std::runtime_error);
  CHECK_THROWS_AS(parse_transcript("@fly\n"), std::runtime_error);
}

TEST_CASE("a reply matches by its lines, its patterns and its open ends") {
  using Lines = std::vector<std::string>;
  CHECK(matches({"*2", "  :1", "  /\"a+\"/"}, {"*2", "  :1", "  \"aaa\""}, false));
  CHECK_FALSE(matches({"*2", "  :1", "  /\"a+\"/"}, {"*2", "  :1", "  \"aab\""}, false));
  CHECK_FALSE(matches({"/:1/"}, {"  :1"}, false));
  CHECK(matches({"*2", "  *2", "    ...", "  :3"}, {"*2", "  *2", "    :1", "    :2", "  :3"},
                false));
  CHECK(matches({"..."}, {"*2", "  :1", "  :2"}, false));
  CHECK_FALSE(matches({":1"}, Lines{}, false));
  CHECK_FALSE(matches({":1"}, {":1", ":2"}, false));
}

TEST_CASE("an unordered reply may come in any order, a map's pairs together") {
  CHECK(matches({"*2", "  :1", "  :2"}, {"*2", "  :2", "  :1"}, true));
  CHECK_FALSE(matches({"*2", "  :1", "  :2"}, {"*2", "  :2", "  :2"}, true));
  CHECK(matches({"%2", "  +a", "  :1", "  +b", "  :2"}, {"%2", "  +b", "  :2", "  +a", "  :1"},
                true));
  CHECK_FALSE(matches({"%2", "  +a", "  :1", "  +b", "  :2"},
                      {"%2", "  +b", "  :1", "  +a", "  :2"}, true));
}
