#include <doctest/doctest.h>

#include <vector>

#include "commands/error_text.h"

using namespace countd::commands;
using countd::storage::Errc;

TEST_CASE("every error has words, with a code first") {
  for (int i = 0; i < static_cast<int>(Errc::kCount); ++i) {
    const auto text = error_text(static_cast<Errc>(i));
    CHECK(text.find(' ') != std::string_view::npos);
    CHECK(text.find_first_of("\r\n") == std::string_view::npos);
  }
  CHECK(error_text(Errc::kOverflow) == "ERR increment or decrement would overflow");
  CHECK(error_text(Errc::kCmsMissing) == "CMS: key does not exist");
}

TEST_CASE("an unknown command is told with how its arguments begin") {
  std::vector<std::string_view> words = {"foo", "a", "b c"};
  CHECK(unknown_command(words) ==
        "ERR unknown command 'foo', with args beginning with: 'a' 'b c' ");
  const std::string longer(200, 'y');
  words = {longer, longer, longer};
  CHECK(unknown_command(words) == "ERR unknown command '" + longer.substr(0, 128) +
                                      "', with args beginning with: '" + longer.substr(0, 128) +
                                      "' ");
}

TEST_CASE("words end at their first NUL, as in C") {
  const std::string nul("ab\0cd", 5);
  const std::vector<std::string_view> words = {"config", nul};
  CHECK(unknown_command(words) == "ERR unknown command 'config', with args beginning with: 'ab' ");
  CHECK(unknown_subcommand(words) == "ERR unknown subcommand 'ab'. Try CONFIG HELP.");
}
