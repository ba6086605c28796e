// The log switched on and off while the server runs, and ends of the server in between.
#include <doctest/doctest.h>

#include <cerrno>

#include "tests/server/fake_log_host.h"
#include "tests/server/log_life.h"

using namespace countd;
using test::CrashDisk;
using test::FakeLogHost;
using test::restart;

namespace {

void set_log(FakeLogHost& host, server::AppendOnly& log, bool on) {
  host.settings.appendonly = on;
  log.options_changed();
  host.run();
}

/// What was synced comes back, whatever else there was.
std::string lose_power(FakeLogHost& host) {
  host.files.crash();
  host.files.power_on();
  return restart(host);
}

}  // namespace

TEST_CASE("the log is switched on and off while the server runs") {
  FakeLogHost host;
  server::AppendOnly log(host);
  host.set("a", 1);
  CHECK_FALSE(log.on());
  log.options_changed();
  host.run();
  CHECK(log.on());
  host.set("a", 2);
  host.write_bases();
  host.run();
  host.set("b", 3);
  host.time += 1000;
  log.check();
  host.run();
  CHECK(log.facts().files.rewrites == 1);
  CHECK(host.files.lock("d/appendonlydir/countd.lock").has_error());
  host.settings.appendonly = false;
  log.options_changed();
  host.run();
  CHECK_FALSE(log.on());
  CHECK_FALSE(host.gate().journal().running());
  host.set("c", 4);
  log.close(host.keys());
  CHECK(host.files.lock("d/appendonlydir/countd.lock").has_value());
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 2);
  CHECK(host.get("b") == 3);
  CHECK_FALSE(host.get("c").has_value());
}

TEST_CASE("what was counted before the log was switched on is durable with the first base") {
  FakeLogHost host;
  server::AppendOnly log(host);
  for (const std::int64_t life : {1, 2}) {
    host.settings.appendonly = true;
    host.set("a", life);
    log.options_changed();
    host.run();
    int durable = 0;
    int lost = 0;
    const auto wait = [&] { log.when_durable({}, [&](bool ok) { ++(ok ? durable : lost); }); };
    wait();
    host.time += 1000;
    log.check();
    host.run();
    CHECK(durable == 0);
    host.write_bases();
    host.run();
    CHECK(durable == 1);
    wait();
    CHECK(durable == 2);
    // Who waits when it is switched off is told once what it had is durable.
    host.set("a", 7);
    wait();
    host.settings.appendonly = false;
    log.options_changed();
    host.run();
    CHECK(durable == 3);
    CHECK(lost == 0);
  }
  log.close(host.keys());
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 7);
}

TEST_CASE("what was changed before the log is switched off is in it, and durable") {
  using config::AppendFsync;
  for (const auto fsync : {AppendFsync::kAlways, AppendFsync::kEverySecond, AppendFsync::kNo}) {
    FakeLogHost host;
    host.settings.appendfsync = fsync;
    server::AppendOnly log(host);
    set_log(host, log, true);
    host.write_bases();
    host.run();
    host.set("a", 1);
    host.set("b", 2);
    int durable = 0;
    log.when_durable({}, [&](bool ok) { durable += ok ? 1 : 0; });
    host.released = 0;
    host.settings.appendonly = false;
    log.options_changed();
    host.run();
    CHECK(durable == 1);
    CHECK(host.released == ~std::uint64_t{0});
    CHECK(host.closed == 0);
    log.close(host.keys());
    CHECK(lose_power(host).empty());
    CHECK(host.get("a") == 1);
    CHECK(host.get("b") == 2);
  }
}

TEST_CASE("replies that wait when the log is switched off are not sent if it cannot be written") {
  FakeLogHost host;
  host.settings.appendfsync = config::AppendFsync::kAlways;
  server::AppendOnly log(host);
  set_log(host, log, true);
  host.write_bases();
  host.run();
  host.set("a", 1);
  int lost = 0;
  log.when_durable({}, [&](bool ok) { lost += ok ? 0 : 1; });
  host.files.fault = [](CrashDisk::Operation operation, const std::string&) {
    return operation == CrashDisk::Operation::kSync ? EIO : 0;
  };
  host.released = 0;
  set_log(host, log, false);
  CHECK(host.closed == 1);
  CHECK(host.released != ~std::uint64_t{0});
  CHECK(lost == 1);
  // A log that is off refuses nothing, whatever became of it.
  CHECK_FALSE(host.refuses);
  CHECK_FALSE(log.on());
}

TEST_CASE("an end before the first base is there leaves a log that has everything") {
  for (const bool older_log : {false, true}) {
    for (const bool cut : {false, true}) {
      CAPTURE(older_log);
      CAPTURE(cut);
      FakeLogHost host;
      {
        server::AppendOnly log(host);
        host.set("a", 1);
        if (older_log) {
          set_log(host, log, true);
          host.write_bases();
          host.run();
          set_log(host, log, false);
        }
        host.set("a", 2);
        host.set("b", 3);
        set_log(host, log, true);
        if (cut) {
          host.lose_bases();
          host.set("b", 4);
        }
        log.close(host.keys());
      }
      CHECK(lose_power(host).empty());
      CHECK(host.get("a") == 2);
      CHECK(host.get("b") == (cut ? 4 : 3));
    }
  }
}

TEST_CASE("an end after the log has failed leaves one that has everything, if it can") {
  for (const bool mended : {true, false}) {
    CAPTURE(mended);
    FakeLogHost host;
    {
      test::LogLife life(host);
      host.set("a", 1);
      life.pass(10);
      host.files.fault = [](CrashDisk::Operation operation, const std::string&) {
        return operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
      };
      host.set("a", 2);
      life.pass(10);
      REQUIRE(host.refuses);
      if (mended) host.files.fault = nullptr;
    }
    host.files.fault = nullptr;
    CHECK((host.said.find("# The append only log lacks what was written since") ==
           std::string::npos) == mended);
    CHECK(lose_power(host).empty());
    CHECK(host.get("a") == (mended ? 2 : 1));
  }
}

TEST_CASE("an end whose last frame cannot be written begins the log anew") {
  FakeLogHost host;
  {
    test::LogLife life(host);
    host.set("a", 1);
    bool failed = false;
    host.files.fault = [&](CrashDisk::Operation operation, const std::string& path) {
      const bool hit = operation == CrashDisk::Operation::kSync && path.ends_with(".1.incr.aof");
      return hit && !std::exchange(failed, true) ? EIO : 0;
    };
    life->close(host.keys());
    CHECK(failed);
    host.files.fault = nullptr;
  }
  CHECK(lose_power(host).empty());
  CHECK(host.get("a") == 1);
}

TEST_CASE("a log that is being switched on and cannot be written refuses nothing") {
  FakeLogHost host;
  host.settings.appendfsync = config::AppendFsync::kAlways;
  server::AppendOnly log(host);
  host.set("a", 1);
  set_log(host, log, true);
  bool full = true;
  host.files.fault = [&](CrashDisk::Operation operation, const std::string&) {
    return full && operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
  };
  host.write_bases();
  host.run();
  CHECK(log.on());
  CHECK_FALSE(host.refuses);
  CHECK_FALSE(host.gate().withholds());
  CHECK(host.closed == 0);
  full = false;
  host.time += 1000;
  log.check();
  host.run();
  host.write_bases();
  host.run();
  CHECK(host.gate().withholds());
}

TEST_CASE("what a log that was switched off says of its rewrite is not taken for the next one's") {
  FakeLogHost host;
  server::AppendOnly log(host);
  set_log(host, log, true);
  host.write_bases();
  host.run();
  REQUIRE(log.rewrite());
  host.run();
  host.write_bases();  // the log has not published it yet
  host.before_aside = [&] {
    host.settings.appendonly = true;
    log.options_changed();
    host.said.clear();
  };
  set_log(host, log, false);
  REQUIRE(log.on());
  CHECK(host.bases_waiting() == 1);
  CHECK(log.facts().rewriting);
  CHECK(host.said.find("rewriting finished successfully") == std::string::npos);
  host.write_bases();
  host.run();
  CHECK_FALSE(log.facts().rewriting);
  CHECK(log.facts().files.complete);
}

TEST_CASE("replies are withheld at once: from the option on, and from the first base on") {
  FakeLogHost host;
  server::AppendOnly log(host);
  set_log(host, log, true);
  host.write_bases();
  host.run();
  host.settings.appendfsync = config::AppendFsync::kAlways;
  CHECK_FALSE(host.gate().withholds());
  log.options_changed();  // and nothing else has run
  CHECK(host.gate().withholds());
  host.run();
  set_log(host, log, false);
  CHECK_FALSE(host.gate().withholds());
  set_log(host, log, true);
  host.set("a", 1);
  host.write_bases();
  CHECK_FALSE(host.gate().withholds());
  host.run_log();  // says that it is complete
  CHECK(host.gate().withholds());
  host.set("a", 2);
  CHECK(host.gate().must_wait_for() > host.gate().durable());
}

TEST_CASE("who waits for the log has a deadline that no set clock moves") {
  FakeLogHost host;
  test::LogLife life(host);
  int late = 0;
  host.files.fault = [](CrashDisk::Operation operation, const std::string&) {
    return operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
  };
  host.set("a", 1);
  commands::DurableWait wait;
  wait.timeout_ms = 500;
  life->when_durable(wait, [&](bool durable) { late += durable ? 0 : 1; });
  for (const storage::Millis jump : {3'600'000, -7'200'000}) {
    host.time += jump;
    life.pass(2);
    CHECK(late == 0);
  }
  life.pass(1);
  CHECK(late == 1);
}
