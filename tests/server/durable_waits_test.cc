#include "server/durable_waits.h"

#include <doctest/doctest.h>

#include <vector>

using countd::commands::DurableWait;
using countd::server::DurableWaits;

namespace {

struct Answers {
  DurableWaits::Done note() {
    return [this](bool durable) { all.push_back(durable); };
  }
  std::vector<bool> all;
};

}  // namespace

TEST_CASE("a client is answered once its epoch is durable") {
  DurableWaits waits;
  Answers answers;
  waits.add(5, DurableWait{}, 1000, answers.note());
  waits.settle(4, 1'000'000);
  CHECK(answers.all.empty());
  waits.settle(5, 1'000'000);
  waits.settle(6, 1'000'000);
  CHECK(answers.all == std::vector{true});
}

TEST_CASE("or when its time is up, with what has become of it") {
  DurableWaits waits;
  Answers answers;
  waits.add(5, DurableWait{.timeout_ms = 100}, 1000, answers.note());
  waits.settle(4, 1099);
  CHECK(answers.all.empty());
  waits.settle(4, 1100);
  CHECK(answers.all == std::vector{false});
}

TEST_CASE("who waits for a replica, which there is none, is answered when the time is up") {
  DurableWaits waits;
  Answers answers;
  waits.add(5, DurableWait{.timeout_ms = 100, .until_timeout = true}, 1000, answers.note());
  waits.settle(9, 1050);
  CHECK(answers.all.empty());
  waits.settle(9, 1100);
  CHECK(answers.all == std::vector{true});
}

TEST_CASE("when the log is given up, so is all waiting") {
  DurableWaits waits;
  Answers answers;
  waits.add(5, DurableWait{}, 1000, answers.note());
  waits.add(6, DurableWait{.timeout_ms = 100, .until_timeout = true}, 1000, answers.note());
  waits.give_up();
  waits.settle(9, 2000);
  CHECK(answers.all == std::vector{false, false});
}

TEST_CASE("who is answered may wait again at once") {
  DurableWaits waits;
  Answers answers;
  waits.add(1, DurableWait{}, 0, [&](bool) { waits.add(2, DurableWait{}, 0, answers.note()); });
  waits.settle(1, 0);
  CHECK(answers.all.empty());
  waits.settle(2, 0);
  CHECK(answers.all == std::vector{true});
}

TEST_CASE("a wait can be ended: refused, or as if its time were up") {
  DurableWaits waits;
  Answers answers;
  int refused = 0;
  for (const std::uint64_t client : {1, 2, 3}) {
    waits.add(5, DurableWait{.client = client, .refused = [&] { ++refused; }}, 0, answers.note());
  }
  CHECK(waits.size() == 3);
  CHECK_FALSE(waits.end(4, 0, false));
  CHECK(waits.end(2, 4, false));
  CHECK(waits.end(1, 4, true));
  CHECK(waits.end(3, 5, false));
  CHECK_FALSE(waits.end(2, 9, false));
  CHECK(refused == 1);
  CHECK(answers.all == std::vector{false, true});
  CHECK(waits.size() == 0);
}
