#include "persistence/append_log.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

#include "tests/persistence/log_lives.h"

using namespace countd;
using persistence::LogPolicy;
using persistence::LogSync;
using test::CrashDisk;
using test::lives_target;
using test::LogLives;
using Operation = test::CrashDisk::Operation;

namespace {

struct Fault {
  Operation operation;
  std::string_view path_end;
  int code;
};

/// Fails operations of this kind on such paths, until it goes out of scope.
class During {
 public:
  During(CrashDisk& disk, Fault fault) : disk_(disk) {
    disk_.fault = [fault](Operation operation, const std::string& path) {
      return operation == fault.operation && path.ends_with(fault.path_end) ? fault.code : 0;
    };
  }
  During(const During&) = delete;
  During& operator=(const During&) = delete;
  ~During() { disk_.fault = nullptr; }

 private:
  CrashDisk& disk_;
};

}  // namespace

TEST_CASE("frames are durable one after the other, and are all there after a restart") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  for (std::uint64_t i = 1; i <= 5; ++i) {
    lives.cut();
    CHECK(lives.log().queued_bytes() > 0);
    lives.drain();
    CHECK(lives.log().queued_bytes() == 0);
    CHECK(lives.durable() == i);
  }
  disk.crash();
  disk.power_on();
  REQUIRE(lives.begin());
  CHECK(lives.epoch() == 5);
}

TEST_CASE("after a failed write or sync the file is left alone, and frames are dropped") {
  for (const Fault fault :
       {Fault{Operation::kWrite, ".incr.aof", ENOSPC}, Fault{Operation::kSync, ".incr.aof", EIO}}) {
    CrashDisk disk{1};
    LogLives lives{disk, 1, {}};
    REQUIRE(lives.begin());
    lives.cut();
    lives.drain();
    {
      const During during{disk, fault};
      lives.cut();
      lives.drain();
    }
    CHECK(lives.failed());
    CHECK(lives.last_error.find("appendonly.aof.1.incr.aof: ") != std::string::npos);
    CHECK(!lives.log().facts().complete);
    CHECK(!lives.log().facts().last_write_ok);
    const std::uint64_t operations = disk.operations();
    lives.cut();
    lives.drain();
    CHECK(disk.operations() == operations);
    CHECK(lives.log().facts().dropped_frames == 1);
    CHECK(lives.durable() == 1);
  }
}

TEST_CASE("an incomplete log is complete again once a rewrite has been published, not before") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.drain();
  {
    const During during{disk, {Operation::kSync, ".incr.aof", EIO}};
    lives.cut();
    lives.drain();
  }
  lives.cut();  // dropped
  lives.drain();
  const std::string manifest = disk.contents(lives_target().manifest_path());
  lives.start_rewrite();
  lives.cut();
  lives.drain();
  CHECK(disk.contents(lives_target().manifest_path()) == manifest);
  CHECK(lives.durable() == 1);
  CHECK(lives.failed());
  lives.finish_rewrite(true);
  lives.drain();
  CHECK(!lives.failed());
  CHECK(lives.durable() == 4);
  CHECK(lives.log().facts().last_write_ok);
  CHECK(lives.log().facts().rewrites == 1);
  disk.crash();
  disk.power_on();
  REQUIRE(lives.begin());
  CHECK(lives.epoch() == 4);
}

TEST_CASE("a failure in the middle of a rewrite does not keep its base from being published") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.start_rewrite();
  lives.cut();
  lives.drain();
  {
    const During during{disk, {Operation::kSync, ".incr.aof", EIO}};
    lives.cut();
    lives.drain();
  }
  lives.finish_rewrite(true);
  lives.drain();
  CHECK(lives.rewrites == 1);
  CHECK(lives.failed());
  CHECK(lives.durable() == 2);
  CHECK(!disk.has(lives_target().path("appendonly.aof.1.incr.aof")));
  lives.rewrite();
  CHECK(!lives.failed());
  disk.crash();
  disk.power_on();
  REQUIRE_MESSAGE(lives.begin(), lives.problem);
  CHECK(lives.epoch() == 4);
}

TEST_CASE("a rewrite that begins ends the one before, whose base is not published") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.start_rewrite();
  lives.drain();
  const auto first = lives.base();
  lives.cut();
  lives.start_rewrite();
  lives.drain();
  CHECK(lives.failed_rewrites == 1);
  disk.put(lives_target().path(first.name), test::command_text({"SET", "cut", "1"}));
  lives.log().push(persistence::PublishBase{first});
  lives.drain();
  CHECK(!disk.has(lives_target().path(first.name)));
  lives.finish_rewrite(true);
  lives.drain();
  CHECK(lives.rewrites == 1);
  disk.crash();
  disk.power_on();
  REQUIRE_MESSAGE(lives.begin(), lives.problem);
  CHECK(lives.epoch() == 2);
}

TEST_CASE("a closed log drops what comes later, and says so in its figures") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.log().push(persistence::CloseLog{});
  lives.cut();
  lives.start_rewrite();
  lives.drain();
  CHECK(lives.durable() == 1);
  CHECK(lives.log().facts().dropped_frames == 1);
  CHECK(!lives.failed());
}

TEST_CASE("a rewrite that fails anywhere leaves a complete log complete") {
  const auto target = lives_target();
  for (const Fault fault :
       {Fault{Operation::kCreate, "2.incr.aof", EACCES},
        Fault{Operation::kWrite, "2.incr.aof", ENOSPC}, Fault{Operation::kSync, "2.incr.aof", EIO},
        Fault{Operation::kCreate, "temp-appendonly.aof.manifest", ENOSPC},
        Fault{Operation::kSync, "temp-appendonly.aof.manifest", EIO}}) {
    CrashDisk disk{1};
    LogLives lives{disk, 1, {}};
    REQUIRE(lives.begin());
    lives.cut();
    lives.drain();
    {
      const During during{disk, fault};
      lives.start_rewrite();
      lives.drain();
    }
    CHECK(lives.failed_rewrites == 1);
    CHECK(!lives.failed());
    CHECK(!disk.has(target.path("appendonly.aof.2.incr.aof")));
    lives.finish_rewrite(true);  // the server has not heard of it yet
    lives.cut();
    lives.drain();
    CHECK(lives.durable() == 2);
    CHECK(!disk.has(target.path("appendonly.aof.1.base.rdb")));
    disk.crash();
    disk.power_on();
    REQUIRE_MESSAGE(lives.begin(), lives.problem);
    CHECK(lives.epoch() == 2);
  }
}

TEST_CASE("a base that could not be published, or was given up, is removed and frames go on") {
  const auto target = lives_target();
  for (const bool published : {true, false}) {
    CrashDisk disk{1};
    LogLives lives{disk, 1, {}};
    REQUIRE(lives.begin());
    lives.cut();
    lives.start_rewrite();
    lives.cut();
    lives.drain();
    {
      const During during{disk, {Operation::kWrite, "temp-appendonly.aof.manifest", ENOSPC}};
      lives.finish_rewrite(published);
      lives.drain();
    }
    CHECK(lives.failed_rewrites == (published ? 1 : 0));
    CHECK(!disk.has(target.path("appendonly.aof.1.base.rdb")));
    lives.cut();
    lives.drain();
    CHECK(lives.durable() == 3);
    lives.rewrite();
    CHECK(lives.rewrites == 1);
    disk.crash();
    disk.power_on();
    REQUIRE(lives.begin());
    CHECK(lives.epoch() == 4);
  }
}

TEST_CASE("where it is not known which manifest is there, the files of both are kept") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Operation operation : {Operation::kRename, Operation::kSyncDirectory}) {
      CrashDisk disk{seed};
      LogLives lives{disk, 1, {}};
      REQUIRE(lives.begin());
      lives.cut();
      lives.start_rewrite();
      lives.cut();
      lives.drain();
      const auto base = lives.base();
      lives.finish_rewrite(true);
      {
        const During during{disk, {operation, "", EIO}};
        lives.drain();
      }
      CHECK(lives.failed_rewrites == 1);
      CHECK(!lives.failed());
      lives.log().push(persistence::RewriteFailed{base});
      lives.cut();
      lives.drain();
      CHECK(disk.has(lives_target().path(base.name)));
      CHECK(lives.durable() == 3);
      if (seed % 2 == 0) {
        disk.crash();
        disk.power_on();
      } else {
        disk.end_process();
      }
      REQUIRE_MESSAGE(lives.begin(), lives.problem);
      CHECK(lives.epoch() == 3);
    }
  }
}

TEST_CASE("counts that no file holds make a log only with a base") {
  CrashDisk disk{1};
  disk.put("data/dump.rdb", "");
  auto opened = persistence::open_log(disk, lives_target());
  REQUIRE(opened.has_value());
  CHECK(opened->empty());
  persistence::AppendLogStart start;
  start.continues = false;
  std::string error;
  bool recovered = false;
  std::uint64_t durable = 0;
  persistence::AppendLogEvents events;
  events.failed = [&](const std::string& what) { error = what; };
  events.recovered = [&] { recovered = true; };
  events.durable = [&](std::uint64_t epoch) { durable = epoch; };
  events.rewrite_ended = [](bool, const std::string&) {};
  persistence::AppendLog log{disk, lives_target(), start, events};
  log.push(persistence::StartIncrement{});
  CHECK(log.step());
  CHECK(error == "the log is incomplete: it needs a rewrite");
  const auto base = log.claim_base();
  log.push(persistence::StartIncrement{base, 7});
  CHECK(log.step());
  disk.put(lives_target().path(base.name), test::command_text({"SET", "a", "1"}));
  CHECK(!recovered);
  log.push(persistence::PublishBase{base});
  CHECK(log.step());
  CHECK(!log.step());
  CHECK(recovered);
  CHECK(durable == 7);
  opened->lock.reset();
  const auto found = test::load_counts(disk);
  REQUIRE(found.has_value());
  CHECK(found->counts == test::Counts{{"a", "1"}});
}

TEST_CASE("a directory that vanished fails the log, and a rewrite makes it anew") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CrashDisk disk{seed};
    LogLives lives{disk, 1, {}};
    REQUIRE(lives.begin());
    lives.cut();
    lives.drain();
    disk.vanish(lives_target().directory);
    lives.cut();
    lives.drain();
    CHECK(lives.failed());
    CHECK(lives.last_error.ends_with("No such file or directory"));
    lives.rewrite();
    CHECK(!lives.failed());
    CHECK(lives.durable() == 3);
    disk.crash();
    disk.power_on();
    REQUIRE_MESSAGE(lives.begin(), lives.problem);
    CHECK(lives.epoch() == 3);
  }
}

TEST_CASE("without syncs there are none until the log is closed") {
  CrashDisk disk{1};
  LogLives::Plan plan;
  plan.policy.sync = LogSync::kNo;
  LogLives lives{disk, 1, plan};
  REQUIRE(lives.begin());
  lives.drain();
  int syncs = 0;
  disk.fault = [&](Operation operation, const std::string&) {
    syncs += operation == Operation::kSync ? 1 : 0;
    return 0;
  };
  lives.cut();
  lives.drain();
  lives.cut();
  lives.drain();
  CHECK(lives.durable() == 2);
  CHECK(syncs == 0);
  SUBCASE("closed") { lives.log().push(persistence::CloseLog{}); }
  SUBCASE("syncs are wanted from now on") { lives.log().push(LogPolicy{}); }
  lives.drain();
  CHECK(syncs == 1);
  disk.crash();
  disk.power_on();
  REQUIRE(lives.begin());
  CHECK(lives.epoch() == 2);
}

TEST_CASE("the figures are those of the files") {
  CrashDisk disk{1};
  LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  const auto bytes_on_disk = [&] {
    std::uint64_t sum = 0;
    for (const std::string& name : *disk.list(lives_target().directory)) {
      if (!name.ends_with("manifest")) sum += disk.contents(lives_target().path(name)).size();
    }
    return sum;
  };
  lives.cut();
  lives.drain();
  CHECK(lives.log().facts().current_bytes == bytes_on_disk());
  lives.rewrite();
  CHECK(lives.log().facts().current_bytes == bytes_on_disk());
  CHECK(lives.log().facts().base_bytes == bytes_on_disk());
  lives.cut();
  lives.cut();
  lives.drain();
  CHECK(lives.log().facts().current_bytes == bytes_on_disk());
  CHECK(lives.log().facts().delayed_frames == 1);
  disk.end_process();
  REQUIRE(lives.begin());
  CHECK(lives.log().facts().base_bytes == bytes_on_disk());
  lives.drain();
  CHECK(lives.log().facts().current_bytes == bytes_on_disk());
}
