#include "tests/simulation/promises.h"

#include <doctest/doctest.h>

using namespace countd;
using test::Promises;
using test::State;

namespace {

State counts(const std::string& value) { return {{{0, "count:0"}, {value, storage::kNoExpiry}}}; }

/// Cuts 1, 2 and 3, of which 2 is durable.
Promises three_cuts() {
  Promises promises;
  promises.cut(1, counts("1"));
  promises.cut(2, counts("2"));
  promises.cut(3, counts("3"));
  promises.durable(2);
  promises.power_lost(true);
  return promises;
}

}  // namespace

TEST_CASE("the last durable cut or a later one is right, and nothing else") {
  CHECK(three_cuts().judge_log(counts("2"), 0).empty());
  CHECK(three_cuts().judge_log(counts("3"), 0).empty());
  CHECK(three_cuts().judge_log(counts("1"), 0) == "cut 2 was durable, and cut 1 is there");
  CHECK(three_cuts().judge_log(counts("4"), 0).starts_with("no cut has this state"));
}

TEST_CASE("what has expired counts on neither side") {
  Promises promises;
  State state = counts("1");
  state[{0, "gone"}] = {"x", 1000};
  promises.log_begins(state);
  CHECK(promises.judge_log(counts("1"), 1000).empty());
  CHECK(!promises.judge_log(counts("1"), 999).empty());
}

TEST_CASE("what only a cache shows may be gone after the next loss of power") {
  auto promises = three_cuts();
  promises.power_lost(false);
  CHECK(promises.judge_log(counts("3"), 0).empty());
  promises.power_lost(true);
  CHECK(promises.judge_log(counts("2"), 0).empty());
  CHECK(!promises.judge_log(counts("3"), 0).empty());
}

TEST_CASE("a snapshot is the old one or the new one until it has been saved") {
  Promises promises;
  promises.power_lost(true);
  promises.snapshot_cut(counts("1"));
  auto unsaved = promises;
  CHECK(unsaved.judge_snapshot({}, 0).empty());
  promises.snapshot_saved();
  CHECK(!promises.judge_snapshot({}, 0).empty());
  CHECK(promises.judge_snapshot(counts("1"), 0).empty());
}

TEST_CASE("what a client was shown must be there") {
  auto promises = three_cuts();
  promises.shown("count:0", 3);
  CHECK(promises.judge_log(counts("2"), 0) == "count:0: a client was shown 3, and 2 is there");
  CHECK(promises.judge_log(counts("3"), 0).empty());
}
