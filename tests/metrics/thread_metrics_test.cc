#include "metrics/thread_metrics.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <thread>

using countd::metrics::Counter;
using countd::metrics::ErrorCounters;
using countd::metrics::ThreadMetrics;

TEST_CASE("errors are counted by their code") {
  ErrorCounters errors;
  errors.count("ERR syntax error");
  errors.count("WRONGTYPE Operation against");
  errors.count("ERR no such key");
  errors.count("NOAUTH");
  CHECK(errors.all() ==
        std::map<std::string, std::uint64_t>{{"ERR", 2}, {"NOAUTH", 1}, {"WRONGTYPE", 1}});
  errors.reset();
  CHECK(errors.all().empty());
}

TEST_CASE("no number of different codes grows the register beyond its bound") {
  ErrorCounters errors;
  for (int i = 0; i < 1000; ++i) errors.count("CODE" + std::to_string(i) + " text");
  CHECK(errors.all().size() == 128);
  errors.count("CODE0 again");
  CHECK(errors.all().at("CODE0") == 2);
}

TEST_CASE("a counter is written by one thread while another reads") {
  Counter counter;
  std::thread writer([&counter] {
    for (int i = 0; i < 100'000; ++i) counter.add(1);
  });
  std::uint64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto now = counter.get();
    CHECK(now >= last);
    last = now;
  }
  writer.join();
  CHECK(counter.get() == 100'000);
  counter.set(5);
  CHECK(counter.get() == 5);
}

TEST_CASE("every command has counters of its own, at zero") {
  const ThreadMetrics metrics(3);
  metrics.commands[1].calls.add(2);
  CHECK(metrics.commands[0].calls.get() == 0);
  CHECK(metrics.commands[1].calls.get() == 2);
  CHECK(metrics.commands[2].failed.get() == 0);
}
