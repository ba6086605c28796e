#include "persistence/append_log_thread.h"

#include <doctest/doctest.h>

#include <atomic>

#include "tests/persistence/log_lives.h"

using namespace countd;
using persistence::AppendLogThread;
using test::command_text;
using test::CrashDisk;
using test::lives_target;

TEST_CASE("the thread performs what is pushed, and close waits for all of it") {
  CrashDisk disk{1};
  disk.put("data/dump.rdb", "");
  std::atomic<std::uint64_t> durable{0};
  std::atomic<int> failures{0};
  {
    const auto opened = persistence::open_log(disk, lives_target());
    REQUIRE(opened.has_value());
    persistence::AppendLogEvents events;
    events.durable = [&](std::uint64_t epoch) { durable = epoch; };
    events.failed = [&](const std::string&) { ++failures; };
    events.recovered = [] {};
    events.rewrite_ended = [](bool, const std::string&) {};
    AppendLogThread thread{disk, lives_target(), {}, events};
    thread.push(persistence::StartIncrement{});
    for (std::uint64_t epoch = 1; epoch <= 200; ++epoch) {
      storage::log::Frame frame;
      frame.epoch = epoch;
      frame.commands = 1;
      frame.pieces = {command_text({"SET", "a", std::to_string(epoch)})};
      thread.push(std::make_shared<const storage::log::Frame>(std::move(frame)));
      if (epoch == 100) {
        while (durable != 100) std::this_thread::yield();
      }
      if (epoch == 150) {
        thread.drain();
        CHECK(durable == 150);
      }
    }
    thread.close();
    CHECK(durable == 200);
    CHECK(thread.log().queued_bytes() == 0);
  }
  CHECK(failures == 0);
  const auto found = test::load_counts(disk);
  REQUIRE(found.has_value());
  CHECK(found->counts == test::Counts{{"a", "200"}});
}

TEST_CASE("a thread that was given nothing ends") {
  CrashDisk disk{1};
  AppendLogThread thread{disk, lives_target(), {}, {}};
  CHECK(thread.log().facts().complete);
}
