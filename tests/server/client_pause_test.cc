#include "server/client_pause.h"

#include <doctest/doctest.h>

#include "shard/dispatcher.h"

using countd::server::ClientPause;
using countd::shard::kMisconfGate;
using countd::shard::kPauseAllGate;
using countd::shard::kPauseWritesGate;

TEST_CASE("a pause holds until its time is over, and leaves other gates alone") {
  std::atomic<std::uint32_t> gates{kMisconfGate};
  ClientPause pause(gates);
  CHECK_FALSE(pause.end_if_due(1'000'000));
  pause.begin(100, true);
  CHECK(gates == (kMisconfGate | kPauseAllGate | kPauseWritesGate));
  CHECK_FALSE(pause.end_if_due(99));
  CHECK(pause.end_if_due(100));
  CHECK(gates == kMisconfGate);
  CHECK_FALSE(pause.end_if_due(100));
}

TEST_CASE("a pause of writes takes the place of one of everything, and its time counts") {
  std::atomic<std::uint32_t> gates{0};
  ClientPause pause(gates);
  pause.begin(100, true);
  pause.begin(200, false);
  CHECK(gates == kPauseWritesGate);
  CHECK_FALSE(pause.end_if_due(150));
  pause.end();
  CHECK(gates == 0);
  CHECK_FALSE(pause.end_if_due(1'000'000));
}
