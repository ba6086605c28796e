#include "storage/sketch/hyperloglog_self_test.h"

#include <doctest/doctest.h>

TEST_CASE("the self test passes here") { CHECK(countd::storage::hyperloglog::self_test().empty()); }
