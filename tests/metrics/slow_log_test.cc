#include "metrics/slow_log.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

using countd::metrics::SlowLog;
using countd::metrics::SlowLogEntry;

namespace {

SlowLogEntry entry(std::int64_t micros) {
  SlowLogEntry made;
  made.micros = micros;
  return made;
}

}  // namespace

TEST_CASE("the slow log shows its newest entries first, and forgets its oldest") {
  SlowLog log;
  for (int i = 0; i < 5; ++i) log.add(entry(i), 3);
  CHECK(log.size() == 3);
  const auto all = log.entries(-1);
  REQUIRE(all.size() == 3);
  CHECK(all[0].micros == 4);
  CHECK(all[0].id == 4);
  CHECK(all[2].id == 2);
  CHECK(log.entries(2).size() == 2);
  CHECK(log.entries(0).empty());
  CHECK(log.entries(100).size() == 3);
}

TEST_CASE("ids go on after a reset") {
  SlowLog log;
  log.add(entry(1), 10);
  log.reset();
  CHECK(log.size() == 0);
  log.add(entry(2), 10);
  CHECK(log.entries(1)[0].id == 1);
}

TEST_CASE("a smaller limit cuts what is there") {
  SlowLog log;
  for (int i = 0; i < 5; ++i) log.add(entry(i), 5);
  log.add(entry(5), 1);
  CHECK(log.size() == 1);
  CHECK(log.entries(-1)[0].micros == 5);
}

TEST_CASE("long requests are kept cut, and say by how much") {
  const std::string long_word(200, 'x');
  const std::vector<std::string_view> two = {"SET", long_word};
  CHECK(SlowLog::shorten(two) ==
        std::vector<std::string>{"SET", std::string(128, 'x') + "... (72 more bytes)"});
  const std::vector<std::string_view> just(32, "a");
  CHECK(SlowLog::shorten(just).size() == 32);
  CHECK(SlowLog::shorten(just).back() == "a");
  const std::vector<std::string_view> many(40, "a");
  const auto cut = SlowLog::shorten(many);
  CHECK(cut.size() == 32);
  CHECK(cut[30] == "a");
  CHECK(cut[31] == "... (9 more arguments)");
}

TEST_CASE("threads add and read at once, and every entry gets its own id") {
  SlowLog log;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < 500; ++i) {
        log.add(entry(i), 10'000);
        CHECK(log.entries(1).size() == 1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto all = log.entries(-1);
  REQUIRE(all.size() == 1500);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].id == all.size() - 1 - i);
}
