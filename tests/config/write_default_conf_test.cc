#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "config/default_conf.h"

TEST_CASE("the program countd_conf prints the default configuration") {
  std::FILE* const output = ::popen(COUNTD_CONF_PROGRAM, "r");
  REQUIRE(output != nullptr);
  std::string text;
  char piece[4096];
  std::size_t size = 0;
  while ((size = std::fread(piece, 1, sizeof piece, output)) > 0) text.append(piece, size);
  CHECK(::pclose(output) == 0);
  CHECK(text == countd::config::default_conf());
}
