#include "server/snapshot_options.h"

#include <doctest/doctest.h>

#include "server/log_opening.h"
#include "tests/server/fake_log_host.h"

using namespace countd;

TEST_CASE("a snapshot is written and read as the options say") {
  config::Options options;
  for (const bool on : {false, true}) {
    options.rdbchecksum = on;
    options.rdbcompression = !on;
    options.rdb_unsupported = on ? config::RdbUnsupported::kSkip : config::RdbUnsupported::kFail;
    options.databases = on ? 3 : 4;
    const auto target = server::snapshot_target(options, "there", "it.rdb");
    CHECK(target.directory == "there");
    CHECK(target.file_name == "it.rdb");
    CHECK(target.checksum == on);
    CHECK(target.blocks.compress == !on);
    const auto load = server::load_options(options, 77);
    CHECK(load.now == 77);
    CHECK(load.databases == options.databases);
    CHECK(load.skip_unsupported == on);
  }
}

TEST_CASE("the log's bases are written as the options say, the first one too") {
  for (const bool on : {false, true}) {
    test::FakeLogHost host;
    host.settings.rdbchecksum = on;
    host.settings.rdbcompression = on;
    host.set("a", 1);
    server::LogOpening opening(host);
    REQUIRE(opening.open().empty());
    CHECK(opening.begin_with(host.keys()).empty());
    const auto& asked = host.base_target;
    CHECK(asked.file_name == "appendonly.aof.1.base.rdb");
    CHECK(asked.checksum == on);
    CHECK(asked.blocks.compress == on);
  }
}
