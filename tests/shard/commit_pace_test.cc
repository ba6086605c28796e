#include <doctest/doctest.h>

#include "shard/commit_pace.h"

using countd::shard::CommitPace;

namespace {

// A commit of `clients` that began at `began` and took 200 µs.
void commit(CommitPace& pace, std::size_t clients, std::int64_t began) {
  pace.began(clients, began);
  pace.ended(began + 200'000);
}

}  // namespace

TEST_CASE("the first commit does not wait") {
  CommitPace pace;
  CHECK_FALSE(pace.gathering());
  CHECK(pace.due(1, 1'000));
}

TEST_CASE("a commit waits for as many clients as the one before, or for half its time") {
  CommitPace pace;
  commit(pace, 40, 1'000);
  CHECK_FALSE(pace.due(10, 300'000));
  CHECK(pace.gathering());
  CHECK(pace.due(40, 310'000));
  CHECK_FALSE(pace.due(39, 399'000));
  CHECK(pace.due(39, 400'000));
}

TEST_CASE("clients that stay away are not waited for very long") {
  CommitPace pace;
  commit(pace, 40, 1'000);
  std::int64_t now = 1'000'000;
  int commits = 0;
  while (!pace.due(1, now)) now += 200'000;
  for (; commits < 60; ++commits) {
    commit(pace, 1, now);
    now += 1'000'000;
    if (pace.due(1, now)) break;
    pace.stop_gathering();
  }
  CHECK(commits < 60);
}

TEST_CASE("on a slow disk the patience has a bound") {
  CommitPace pace;
  pace.began(100, 1'000);
  pace.ended(1'000'000'000);
  CHECK_FALSE(pace.due(1, 2'000'000'000));
  CHECK(pace.due(1, 2'000'500'000));
}
