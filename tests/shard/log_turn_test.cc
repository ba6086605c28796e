#include "shard/log_turn.h"

#include <doctest/doctest.h>

#include <memory>

#include "tests/shard/simulation.h"

using namespace countd;
using shard::LogGate;
using shard::LogTurn;

namespace {

class Reader final : public journal::Reader {
 public:
  void take(const journal::FramePointer& frame) override { epoch = frame->epoch; }
  [[nodiscard]] bool ready() const override { return true; }
  std::uint64_t epoch = 0;
};

/// One shard whose log withholds replies.
struct Logged {
  Logged() {
    gate.journal().attach(reader);
    gate.journal().begin(shards, 1);
    gate.withhold(true);
  }
  void write() {
    keys.set(keys.key("key", 0), storage::NewValue{std::int64_t{1}});
    gate.journal().note(keys);
  }

  test::SettableClock clock;
  storage::Keyspace keys{storage::KeyspaceOptions{.databases = 1}};
  storage::Keyspace* const shards[1] = {&keys};
  Reader reader;
  LogGate gate{1};
  LogTurn turn{&gate, clock};
};

}  // namespace

TEST_CASE("a turn commits what has been written, once, and nothing else") {
  Logged logged;
  CHECK_FALSE(logged.turn.commit_is_due());
  logged.write();
  CHECK(logged.gate.must_wait_for() == 1);
  logged.gate.count_waiting(1);
  CHECK(logged.turn.commit_is_due());
  CHECK_FALSE(logged.turn.commit_is_due());  // it is being made
  logged.turn.cut(logged.shards, 1000);
  CHECK(logged.reader.epoch == 1);
  CHECK_FALSE(logged.turn.commit_is_due());
}

TEST_CASE("a thread that gathers for a commit may sleep once replies do not wait any more") {
  Logged logged;
  logged.clock.now_ns = 1000;
  // A commit with many, which took long: the next one has patience.
  logged.write();
  logged.gate.count_waiting(100);
  REQUIRE(logged.turn.commit_is_due());
  logged.turn.cut(logged.shards, 1000);
  logged.gate.count_waiting(-100);
  logged.clock.now_ns += 400'000;
  logged.write();
  CHECK_FALSE(logged.turn.commit_is_due());
  CHECK(logged.turn.gathering());
  logged.gate.withhold(false);
  CHECK_FALSE(logged.turn.commit_is_due());
  CHECK_FALSE(logged.turn.gathering());
}

TEST_CASE("a wave that wrote is not answered once the log has failed, a read is") {
  Logged logged;
  logged.write();
  CHECK_FALSE(logged.gate.must_close(true));
  logged.gate.set_failed(true);
  logged.gate.withhold(false);
  CHECK(logged.gate.must_wait_for() == 0);
  CHECK(logged.gate.must_close(true));
  CHECK_FALSE(logged.gate.must_close(false));
}
