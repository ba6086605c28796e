#include "config/default_conf.h"

#include <doctest/doctest.h>

#include <string>

#include "config/option_table.h"
#include "config/option_value.h"
#include "tests/config/memory_files.h"
#include "tests/support/temporary_folder.h"

using namespace countd::config;
using countd::test::content_of;

TEST_CASE("conf/countd.conf is what the table gives") {
  CHECK_MESSAGE(content_of(COUNTD_CONF_FILE) == default_conf(),
                "write it anew: " COUNTD_CONF_PROGRAM " > conf/countd.conf");
}

TEST_CASE("the file says the same as no file at all") {
  MemoryFiles files;
  Options options;
  ConfReader reader(files, options);
  CHECK_FALSE(reader.read_text(default_conf(), "the default").has_value());
  CHECK(options == Options{});
}

TEST_CASE("every option can be uncommented as it stands") {
  const auto text = default_conf();
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    if (row.inert()) {
      CHECK(text.find(row.name) != std::string::npos);
      continue;
    }
    for (const auto& line : conf_lines(row, Options{})) {
      CHECK(text.find("\n# " + line + "\n") != std::string::npos);
    }
  }
}

TEST_CASE("what is refused but at its default is not told as ignored") {
  const auto text = default_conf();
  const auto refused = text.find("# These are taken at their default alone");
  REQUIRE(refused != std::string::npos);
  Options options;
  for (const auto& row : option_table()) {
    const auto* const inert = std::get_if<Inert>(&row.field);
    if (inert == nullptr) continue;
    CAPTURE(row.name);
    const bool is_refused =
        read_argument(row, inert->kind == InertKind::kFlag ? "yes" : "7", options).has_value();
    CHECK((text.find(' ' + std::string(row.name), refused) != std::string::npos) == is_refused);
  }
}

TEST_CASE("no line is longer than a screen is wide") {
  for_each_line(default_conf(), [](std::string_view line, std::string_view) {
    CHECK(line.size() <= 98);
    return true;
  });
}
