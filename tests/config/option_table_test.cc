#include "config/option_table.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "config/option_value.h"

using namespace countd::config;

TEST_CASE("options are found by name and by alias, in either case") {
  REQUIRE(find_option("maxmemory") != nullptr);
  CHECK(find_option("MaxMemory") == find_option("maxmemory"));
  CHECK(find_option("io-threads") == find_option("threads"));
  CHECK(find_option("slave-read-only") == find_option("replica-read-only"));
  CHECK(find_option("no-such-option") == nullptr);
  CHECK(find_option("") == nullptr);
}

TEST_CASE("inert rows stand last and are numbered in their order") {
  int index = 0;
  for (const auto& row : option_table()) {
    if (!row.inert()) {
      CHECK(index == 0);
      continue;
    }
    CHECK(std::get<Inert>(row.field).index == index++);
  }
  CHECK(index > 100);
}

TEST_CASE("every section has a title of its own") {
  std::set<std::string_view> titles;
  for (int i = 0; i < kSections; ++i) titles.insert(section_title(static_cast<Section>(i)));
  CHECK(titles.size() == kSections);
}

TEST_CASE("hz takes any number and uses the nearest it can") {
  Options options;
  const auto& row = *find_option("hz");
  CHECK_FALSE(read_argument(row, "100000", options).has_value());
  CHECK(options.hz == 500);
  CHECK_FALSE(read_argument(row, "0", options).has_value());
  CHECK(options.hz == 1);
}

TEST_CASE("choices reach the members they name") {
  Options options;
  CHECK_FALSE(read_argument(*find_option("maxmemory-policy"), "allkeys-lfu", options).has_value());
  CHECK(options.maxmemory_policy == countd::storage::EvictionPolicy::kAllKeysLfu);
  CHECK_FALSE(read_argument(*find_option("loglevel"), "debug", options).has_value());
  CHECK(options.loglevel == LogLevel::kDebug);
  CHECK_FALSE(read_argument(*find_option("supervised"), "systemd", options).has_value());
  CHECK(options.supervised == Supervised::kSystemd);
  CHECK_FALSE(read_argument(*find_option("connection-placement"), "even", options).has_value());
  CHECK(options.connection_placement == ConnectionPlacement::kEven);
  CHECK_FALSE(read_argument(*find_option("pipeline-order"), "strict", options).has_value());
  CHECK(options.pipeline_order == PipelineOrder::kStrict);
  CHECK_FALSE(read_argument(*find_option("rdb-unsupported"), "skip", options).has_value());
  CHECK(options.rdb_unsupported == RdbUnsupported::kSkip);
  CHECK_FALSE(read_argument(*find_option("enable-debug-command"), "no", options).has_value());
  CHECK(options.enable_debug_command == Access::kNo);
}

TEST_CASE("databases have a bound") {
  Options options;
  const auto& row = *find_option("databases");
  CHECK_FALSE(read_argument(row, "1024", options).has_value());
  CHECK(options.databases == 1024);
  for (const auto* number : {"0", "-1", "1025", "2147483647"}) {
    CHECK(read_argument(row, number, options) == "argument must be between 1 and 1024 inclusive");
  }
}
