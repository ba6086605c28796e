#include "server/placement.h"

#include <doctest/doctest.h>

#include <vector>

using countd::config::ConnectionPlacement;
using countd::server::IdleGauge;
using countd::server::place;
using countd::server::ThreadLoad;
using Loads = std::vector<ThreadLoad>;

TEST_CASE("even: the thread with the fewest connections") {
  CHECK(place(ConnectionPlacement::kEven, Loads{{90, 3}, {10, 2}, {0, 2}}, 0) == 1);
  CHECK(place(ConnectionPlacement::kEven, Loads{{0, 0}, {0, 0}}, 100) == 0);
}

TEST_CASE("lowest: connections stay on the lowest thread that is not busy") {
  constexpr auto kLowest = ConnectionPlacement::kLowest;
  CHECK(place(kLowest, Loads{{0, 0}, {0, 0}}, 100) == 0);
  CHECK(place(kLowest, Loads{{74, 50}, {0, 0}}, 100) == 0);
  CHECK(place(kLowest, Loads{{90, 50}, {30, 7}, {0, 0}}, 100) == 1);
}

TEST_CASE("lowest: a further thread begins only if the machine has time to spare") {
  constexpr auto kLowest = ConnectionPlacement::kLowest;
  CHECK(place(kLowest, Loads{{90, 50}, {0, 0}, {0, 0}}, 20) == 1);
  CHECK(place(kLowest, Loads{{90, 50}, {0, 0}, {0, 0}}, 19) == 0);
  CHECK(place(kLowest, Loads{{90, 50}, {90, 20}, {0, 0}}, 19) == 1);
  CHECK(place(kLowest, Loads{{90, 50}, {90, 60}}, 100) == 0);  // there is no further one
}

TEST_CASE("the gauge is the idle share since the last look") {
  IdleGauge gauge;
  // user nice system idle iowait irq softirq steal guest guest_nice
  CHECK(gauge.update("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 1 1 1\n") == 80);
  CHECK(gauge.update("cpu  150 0 150 800 0 0 0 0 0 0\n") == 0);
  CHECK(gauge.update("cpu  150 0 150 850 50 0 0 0 0 0\n") == 100);    // waiting for disks is idle
  CHECK(gauge.update("cpu  175 0 150 875 50 0 0 0 99 99\n") == 50);   // guests are in user already
  CHECK(gauge.update("cpu  175 0 150 875 50 0 0 0 99 99\n") == 100);  // no time has passed
}

TEST_CASE("the gauge takes any text without falling over") {
  IdleGauge gauge;
  CHECK(gauge.update("") == 100);
  CHECK(gauge.update("nonsense") == 100);
  CHECK(gauge.update("cpu  99999999999999999999999999") == 100);
}

TEST_CASE("the number of threads is the option's, or what suits the machine") {
  using countd::server::thread_count;
  CHECK(thread_count(5, 2) == 5);
  CHECK(thread_count(0, 0) == 1);
  CHECK(thread_count(0, 1) == 1);
  CHECK(thread_count(0, 2) == 1);
  CHECK(thread_count(0, 8) == 4);
  CHECK(thread_count(0, 1024) == 64);
}
