#include "server/append_only.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/server/fake_log_host.h"
#include "tests/server/log_life.h"

using namespace countd;
using test::CrashDisk;
using test::FakeLogHost;
using test::restart;
using Life = test::LogLife;

namespace {

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
      other = *host.files.lock("d/appendonlydir/countd.lock");
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

TEST_CASE("an orderly end writes what is left") {
  FakeLogHost host;
  {
    Life life(host);
    host.set("a", 1);
  }
  CHECK(restart(host).empty());
  CHECK(host.get("a") == 1);
}

TEST_CASE("after a failed sync the next start refuses writes until the log is written anew") {
  for (const auto fsync : {config::AppendFsync::kAlways, config::AppendFsync::kEverySecond}) {
    FakeLogHost host;
    host.settings.appendfsync = fsync;
    {
      Life life(host);
      host.set("a", 1);
      life.pass(10);
      host.files.fault = [](CrashDisk::Operation operation, const std::string& path) {
        return operation == CrashDisk::Operation::kSync && path.ends_with("incr.aof") ? EIO : 0;
      };
      host.set("a", 2);
      life.pass(10);
      host.files.fault = nullptr;
      life.die();
    }
    Life life(host);
    REQUIRE(life.error.empty());
    CHECK(host.get("a") == 2);  // the cache shows it
    CHECK(host.refuses);
    CHECK(host.said.find("# A sync of the append only log had failed") != std::string::npos);
    int answers = 0;
    CHECK(waits_answered(life, answers) == 0);
    life.pass();
    host.write_bases();
    host.run();
    CHECK_FALSE(host.refuses);
    CHECK(answers == 1);
    CHECK(host.gate().withholds() == (fsync == config::AppendFsync::kAlways));
    host.set("b", 3);
    life.pass(10);
    life.die();
    host.files.crash();
    host.files.power_on();
    CHECK(restart(host).empty());
    CHECK(host.get("a") == 2);
    CHECK(host.get("b") == 3);
    CHECK_FALSE(host.refuses);
  }
}

TEST_CASE("a writer that stands still is handed frames up to the limit, and no shard waits") {
  FakeLogHost host;
  host.settings.append_log_queue_limit = 2000;
  Life life(host);
  const auto second = [&](std::int64_t value) {
    for (int i = 0; i < 10; ++i) host.set("key" + std::to_string(i), value);
    host.time += 1000;
    return life.cut_due();
  };
  std::int64_t value = 0;
  while (second(++value)) {
    REQUIRE(life->facts().files.queued_bytes < 2000 + 1000);
  }
  const auto queued = life->facts().files.queued_bytes;
  CHECK(queued >= 2000);
  CHECK(value > 2);
  for (int i = 0; i < 20; ++i) CHECK_FALSE(second(++value));
  CHECK(life->facts().files.queued_bytes == queued);
  // The limit may be changed; and once the writer goes on, what was kept is one frame.
  host.settings.append_log_queue_limit = queued + 1;
  CHECK(second(++value));
  CHECK_FALSE(second(++value));
  host.run();
  CHECK(life->facts().files.queued_bytes == 0);
  CHECK(second(value));
  host.run();
  life.die();
  CHECK(restart(host).empty());
  CHECK(host.get("key9") == value);
}

TEST_CASE("while shards keep too much for a writer that stands still, writes are refused") {
  FakeLogHost host;
  host.settings.append_log_queue_limit = 100;
  host.settings.append_log_kept_limit = 1000;
  Life life(host);
  const auto second = [&] {
    host.set("key", 1);
    host.remove("key");  // told each time
    host.publish_kept();
    host.time += 1000;
    life->check();
  };
  int seconds = 0;
  for (; !host.refuses; ++seconds) {
    REQUIRE(seconds < 1000);
    REQUIRE(life->facts().kept_bytes <= 1000);
    second();
  }
  CHECK(life->facts().kept_bytes > 1000);
  CHECK(host.said.find("# The append only log stands still") != std::string::npos);
  host.run();
  life.cut_due();
  host.publish_kept();
  life->check();
  CHECK(life->facts().kept_bytes == 0);
  CHECK_FALSE(host.refuses);
}
