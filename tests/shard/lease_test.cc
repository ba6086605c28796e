#include "shard/lease.h"

#include <doctest/doctest.h>

using countd::shard::kNobody;
using countd::shard::Lease;

TEST_CASE("a lease is free, held, announced to, and passed") {
  Lease<> lease;
  CHECK(lease.holder() == kNobody);
  CHECK(lease.try_take(1));
  CHECK_FALSE(lease.try_take(2));
  CHECK_FALSE(lease.announce(2));  // its holder will drain
  CHECK_FALSE(lease.release(1));   // because of that
  CHECK(lease.holder() == 1);
  CHECK(lease.release(1));
  CHECK(lease.announce(2));  // nobody holds it: the caller does now
  CHECK(lease.holder() == 2);
  CHECK_FALSE(lease.announce(1));
  lease.pass(3);
  CHECK(lease.holder() == 3);
  CHECK_FALSE(lease.release(3));  // what was announced stays announced
  CHECK(lease.release(3));
}
