#include "persistence/save_points.h"

#include <doctest/doctest.h>

#include <vector>

using namespace countd::persistence;
using countd::config::SavePoint;

namespace {
const std::vector<SavePoint> kPoints{{3600, 1}, {60, 1000}};
}

TEST_CASE("a save point is reached by enough changes after more than its seconds") {
  const SaveHistory history{.last_success = 1000};
  CHECK(!save_due(kPoints, history, 0, 100'000));
  CHECK(!save_due(kPoints, history, 1, 4600));
  CHECK(save_due(kPoints, history, 1, 4601));
  CHECK(!save_due(kPoints, history, 1000, 1060));
  CHECK(save_due(kPoints, history, 1000, 1061));
  CHECK(!save_due(kPoints, history, 999, 1061));
}

TEST_CASE("without save points no snapshot is ever due") {
  CHECK(!save_due({}, {}, 1'000'000, 1'000'000));
}

TEST_CASE("after a failure the next attempt waits, after a success it does not") {
  SaveHistory history{.last_success = 1000};
  history.finished(2000, false);
  CHECK(!save_due(kPoints, history, 5000, 2000 + kRetryDelay));
  CHECK(save_due(kPoints, history, 5000, 2001 + kRetryDelay));
  CHECK(history.last_success == 1000);
  history.finished(3000, true);
  CHECK(history.last_success == 3000);
  CHECK(save_due(kPoints, history, 5000, 3061));
}
