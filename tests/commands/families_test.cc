#include <doctest/doctest.h>

#include <set>
#include <string>

#include "commands/families.h"

TEST_CASE("no two families have a command of one name") {
  std::set<std::string> names;
  for (const auto family : countd::commands::families()) {
    CHECK_FALSE(family.empty());
    for (const auto& row : family) {
      CAPTURE(row.name);
      CHECK(names.insert(std::string(row.name)).second);
    }
  }
  for (const char* name : {"incr", "get", "pfadd", "cms.incrby", "expire", "config", "debug"}) {
    CHECK(names.count(name) == 1);
  }
}
