#include "persistence/snapshot_names.h"

#include <doctest/doctest.h>

using namespace countd::persistence;

TEST_CASE("a temporary file tells whose it is, and nothing else is taken for one") {
  CHECK(temporary_snapshot_name(4711, 3) == "temp-4711-3.rdb");
  CHECK(temporary_snapshot_process("temp-4711-3.rdb") == 4711);
  for (const auto* name : {"temp-4711.rdb", "temp-4711-.rdb", "temp--3.rdb", "temp-x-3.rdb",
                           "temp-4711-3.rdb.bak", "temp-4711-3x.rdb", "xtemp-4711-3.rdb",
                           "temp--4711-3.rdb", "temp-99999999999999999999-1.rdb", "dump.rdb", ""}) {
    CAPTURE(name);
    CHECK_FALSE(temporary_snapshot_process(name).has_value());
  }
}

TEST_CASE("a kept snapshot has the moment of its making in its name, in UTC") {
  CHECK(kept_snapshot_name("dump.rdb", 1'700'000'000) == "dump-20231114T221320Z.rdb");
  CHECK(kept_snapshot_name("counts", 0) == "counts-19700101T000000Z.rdb");
  CHECK(kept_snapshot_name("a.rdb", 951'827'696) == "a-20000229T123456Z.rdb");
}

TEST_CASE("a kept snapshot is known by its whole name") {
  CHECK(is_kept_snapshot("dump-20231114T221320Z.rdb", "dump.rdb"));
  CHECK(is_kept_snapshot("counts-19700101T000000Z.rdb", "counts"));
  for (const auto* name :
       {"dump.rdb", "dump-20231114T221320Z.rdb.bak", "dump-20231114T221320.rdb",
        "dump-2023-11-14T22:13Z.rdb", "other-20231114T221320Z.rdb", "dump-20231114T22132xZ.rdb",
        "dump-mine.rdb", "dump_20231114T221320Z.rdb", "xdump-20231114T221320Z.rdb"}) {
    CAPTURE(name);
    CHECK_FALSE(is_kept_snapshot(name, "dump.rdb"));
  }
}
