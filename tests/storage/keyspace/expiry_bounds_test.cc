#include "storage/keyspace/expiry_bounds.h"

#include <doctest/doctest.h>

using namespace countd::storage;

namespace {

constexpr std::uint64_t part(std::uint64_t number) { return number << 56; }

}  // namespace

TEST_CASE("without expiries nothing is ever due") {
  CHECK(ExpiryBounds{}.earliest() == ExpiryBounds::kNever);
}

TEST_CASE("the part with the earliest bound is measured first, then the next") {
  ExpiryBounds bounds;
  bounds.note(part(9), 300);
  bounds.note(part(4) + 17, 200);
  CHECK(bounds.earliest() == 200);
  bounds.begin_earliest_part();
  CHECK(bounds.position() == part(4));
  bounds.note_measured(ExpiryBounds::kNever, part(4) + 100);
  CHECK(bounds.measuring());
  CHECK(bounds.position() == part(4) + 100);
  CHECK(bounds.earliest() == 200);  // low until the part is done
  bounds.note_measured(250, part(5));
  CHECK_FALSE(bounds.measuring());
  CHECK(bounds.earliest() == 250);
}

TEST_CASE("an entry noted while its part is measured counts, behind the measuring and ahead") {
  ExpiryBounds bounds;
  bounds.note(part(4), 200);
  bounds.begin_earliest_part();
  bounds.note_measured(ExpiryBounds::kNever, part(4) + 100);
  bounds.note(part(4) + 50, 260);
  bounds.note_measured(ExpiryBounds::kNever, 0);
  CHECK(bounds.earliest() == 260);
}
