#include "server/append_only.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "persistence/log_loader.h"
#include "server/replay.h"
#include "tests/server/fake_log_host.h"

using namespace countd;
using test::CrashDisk;
using test::FakeLogHost;

namespace {

/// A server's life with a log: opened and begun, as Server does it.
class Life {
 public:
  explicit Life(FakeLogHost& host) : host_(host), log_(host) {
    error = log_.opening().open();
    if (!error.empty()) return;
    if (!log_.opening().empty()) error = log_.opening().load(host.keys(), table_, 5);
    if (!error.empty()) return;
    log_.begin(host.keys());
    host_.run();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  ~Life() {
    if (error.empty() && !dead_) log_.close(host_.keys());
  }
  /// The process dies; nothing that it does afterwards reaches the disk.
  void die() {
    host_.files.end_process();
    host_.files.fault = [](CrashDisk::Operation, const std::string&) { return EIO; };
    log_.close(host_.keys());
    host_.files.fault = nullptr;
    host_.clear();
    dead_ = true;
  }

  server::AppendOnly* operator->() { return &log_; }
  /// A tenth of a second, as the server's clock strikes it.
  void pass(int tenths = 1) {
    for (int i = 0; i < tenths; ++i) {
      host_.time += 100;
      log_.check();
      host_.run();
    }
  }
  bool cut_due() {
    const auto before = host_.gate().journal().epoch();
    log_.check();
    return host_.gate().journal().epoch() != before;
  }

  std::string error;

 private:
  FakeLogHost& host_;
  bool dead_ = false;
  commands::CommandTable table_;
  server::AppendOnly log_;
};

/// What the log says comes back.
std::string restart(FakeLogHost& host) {
  host.files.end_process();
  host.clear();
  Life life(host);
  return life.error;
}

int waits_answered(Life& life, int& answers) {
  life->when_durable({}, [&answers](bool durable) { answers += durable ? 1 : 0; });
  return answers;
}

}  // namespace

TEST_CASE("what was counted is in the log within a second, and comes back") {
  FakeLogHost host;
  {
    Life life(host);
    REQUIRE(life.error.empty());
    CHECK(life->on());
    CHECK_FALSE(host.gate().withholds());
    host.set("a", 1);
    int answers = 0;
    CHECK(waits_answered(life, answers) == 0);
    life.pass(10);
    CHECK(answers == 1);
    CHECK(waits_answered(life, answers) == 2);  // nothing new: at once
    host.set("a", 2);
    host.set("b", 7);
    life.pass(10);
    host.set("b", 8);  // too late
    CHECK(life->facts().files.current_bytes > 0);
    life.die();
  }
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 2);
  CHECK(host.get("b") == 7);
}

TEST_CASE("a cut is made once in its interval, and none where nothing was written") {
  FakeLogHost host;
  Life life(host);
  host.set("a", 1);
  life.pass();
  CHECK(host.gate().durable() == 1);
  host.set("a", 2);
  for (int i = 0; i < 8; ++i) {
    host.time += 100;
    CHECK_FALSE(life.cut_due());
  }
  host.time += 100;
  CHECK(life.cut_due());
  host.run();
  for (int i = 0; i < 30; ++i) {
    host.time += 100;
    CHECK_FALSE(life.cut_due());
  }
}

TEST_CASE("a clock that jumps back or ahead makes a cut early and never late") {
  for (const storage::Millis jump : {-3'600'000, -1, 3'600'000}) {
    CAPTURE(jump);
    FakeLogHost host;
    Life life(host);
    host.set("a", 1);
    life.pass();
    host.set("a", 2);
    host.time += jump;
    CHECK(life.cut_due());
    host.run();
    // From there on it goes by the new time.
    host.set("a", 3);
    life.pass(10);
    CHECK(host.gate().durable() == 3);
  }
}

TEST_CASE("with always replies wait for their frame, and one frame is under way at a time") {
  FakeLogHost host;
  host.settings.appendfsync = config::AppendFsync::kAlways;
  Life life(host);
  CHECK(host.gate().withholds());
  host.set("a", 1);
  CHECK(host.gate().must_wait_for() == 1);
  host.time += 1000;
  life->check();
  CHECK_FALSE(life->ready());
  host.set("a", 2);
  host.time += 1000;
  CHECK_FALSE(life.cut_due());
  host.run();
  CHECK(host.released == 1);
  CHECK(life->ready());
  CHECK(host.gate().must_wait_for() == 2);
  CHECK(life.cut_due());
  host.run();
  CHECK(host.released == 2);
  CHECK(host.gate().must_wait_for() == 0);
}

TEST_CASE(
    "after a failed write, writes are refused until a rewrite succeeds, which is tried each "
    "second") {
  for (const auto fsync : {config::AppendFsync::kAlways, config::AppendFsync::kEverySecond}) {
    FakeLogHost host;
    host.settings.appendfsync = fsync;
    Life life(host);
    host.set("a", 1);
    life.pass(10);
    bool full = true;
    host.files.fault = [&full](CrashDisk::Operation operation, const std::string&) {
      return full && operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
    };
    host.set("a", 2);
    life.pass(10);
    CHECK(host.refuses);
    CHECK(host.closed == 1);
    CHECK_FALSE(host.gate().withholds());
    CHECK(host.said.find("# The append only log cannot be written: ") != std::string::npos);
    CHECK_FALSE(life->facts().files.last_write_ok);
    for (int attempt = 0; attempt < 3; ++attempt) {
      CHECK(host.bases_waiting() == 1);
      host.write_bases();
      host.run();
      CHECK(host.refuses);
      CHECK_FALSE(life->facts().last_rewrite_ok);
      life.pass(9);
      CHECK(host.bases_waiting() == 0);
      life.pass(2);
    }
    full = false;
    host.write_bases();  // of an attempt whose increment had failed
    host.run();
    life.pass(11);
    host.write_bases();
    host.run();
    CHECK_FALSE(host.refuses);
    CHECK(life->facts().files.last_write_ok);
    CHECK(host.gate().withholds() == (fsync == config::AppendFsync::kAlways));
    host.set("b", 3);
    life.pass(10);
    life.die();
    CHECK(restart(host).empty());
    CHECK(host.get("a") == 2);
    CHECK(host.get("b") == 3);
  }
}

TEST_CASE("after a failure the clock may jump back: the next attempt is not put off for as long") {
  FakeLogHost host;
  Life life(host);
  host.files.fault = [](CrashDisk::Operation operation, const std::string&) {
    return operation == CrashDisk::Operation::kWrite ? ENOSPC : 0;
  };
  host.set("a", 1);
  life.pass(10);
  REQUIRE(host.refuses);
  host.fail_bases("no room");
  host.run();
  host.files.fault = nullptr;
  host.time -= 3'600'000;
  life.pass(20);
  host.write_bases();
  host.run();
  CHECK_FALSE(host.refuses);
}

TEST_CASE("a directory that vanished is made and locked anew, or left to who has it") {
  for (const bool taken : {false, true}) {
    FakeLogHost host;
    Life life(host);
    host.set("a", 1);
    life.pass(10);
    host.files.vanish("d/appendonlydir");
    std::unique_ptr<storage::FileLock> other;
    if (taken) {
      REQUIRE(host.files.create_directory("d/appendonlydir").has_value());
      other = std::move(*host.files.lock("d/appendonlydir/countd.lock"));
    }
    host.set("a", 2);
    life.pass(12);
    host.write_bases();
    host.run();
    CHECK(host.refuses == taken);
    CHECK((host.said.find("Another server uses the append log") != std::string::npos) == taken);
    CHECK(host.files.lock("d/appendonlydir/countd.lock").has_error());
  }
}

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
    // Who waits when it is switched off has not been given what was asked for.
    host.set("a", 7);
    wait();
    host.settings.appendonly = false;
    log.options_changed();
    host.run();
    CHECK(durable == 2);
    CHECK(lost == 1);
  }
  log.close(host.keys());
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 2);
}

TEST_CASE("an orderly end writes what is left") {
  FakeLogHost host;
  {
    Life life(host);
    host.set("a", 1);
  }
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 1);
}
