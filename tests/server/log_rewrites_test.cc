#include "server/log_rewrites.h"

#include <doctest/doctest.h>

#include "tests/server/fake_log_host.h"

using namespace countd;
using persistence::AppendLogFacts;
using server::LogRewrites;
using test::FakeLogHost;

namespace {

AppendLogFacts grown(std::uint64_t base, std::uint64_t current) {
  AppendLogFacts facts;
  facts.base_bytes = base;
  facts.current_bytes = current;
  return facts;
}

struct Rewriting {
  Rewriting() {
    host.settings.auto_aof_rewrite_percentage = 100;
    host.settings.auto_aof_rewrite_min_size = 1000;
    persistence::AppendLogEvents events;
    events.durable = [](std::uint64_t) {};
    events.failed = [](const std::string&) {};
    events.recovered = [] {};
    events.rewrite_ended = [this](bool ok, const std::string& error) {
      host.post([this, ok, error] { rewrites.ended(ok, error); });
    };
    REQUIRE(host.files.create_directory("d/appendonlydir").has_value());
    log = host.make_worker({}, std::move(events));
    log->push(persistence::StartIncrement{});
    host.gate().journal().begin(host.keys(), 1);
    host.run();
  }
  void begin() {
    REQUIRE(rewrites.claim());
    rewrites.begin(log);
    host.run();
  }
  server::LogFacts facts() const {
    server::LogFacts told;
    rewrites.describe(told);
    return told;
  }

  FakeLogHost host;
  LogRewrites rewrites{host, [](auto) { return std::uint64_t{0}; }};
  std::shared_ptr<persistence::LogWorker> log;
};

}  // namespace

TEST_CASE("a rewrite is due when the log has grown by its share and is not small") {
  Rewriting it;
  CHECK_FALSE(it.rewrites.due(grown(1000, 1999), false));
  CHECK(it.rewrites.due(grown(1000, 2000), false));
  CHECK_FALSE(it.rewrites.due(grown(100, 999), false));
  CHECK(it.rewrites.due(grown(0, 1000), false));
  CHECK_FALSE(it.rewrites.due(grown(2000, 1000), false));
  it.host.settings.auto_aof_rewrite_percentage = 0;
  CHECK_FALSE(it.rewrites.due(grown(1000, 1'000'000), false));
  CHECK(it.rewrites.due(grown(1000, 1'000'000), true));
}

TEST_CASE("one rewrite at a time; it ends with the base in the manifest") {
  Rewriting it;
  it.host.set("a", 1);
  it.begin();
  CHECK_FALSE(it.rewrites.claim());
  CHECK(it.facts().rewriting);
  CHECK_FALSE(it.rewrites.due(grown(1000, 2000), true));
  it.host.write_bases();
  it.host.run();
  CHECK_FALSE(it.facts().rewriting);
  CHECK(it.facts().last_rewrite_ok);
  CHECK(it.host.files.has("d/appendonlydir/appendonly.aof.1.base.rdb"));
  const auto manifest = it.host.files.contents("d/appendonlydir/appendonly.aof.manifest");
  CHECK(manifest.find("appendonly.aof.1.base.rdb") != std::string::npos);
  CHECK(it.rewrites.claim());
}

TEST_CASE("a base that fails is tried again after a second, also when the clock jumps back") {
  for (const storage::Millis jump : {0, -3'600'000, 3'600'000}) {
    CAPTURE(jump);
    Rewriting it;
    it.begin();
    it.host.fail_bases("no room");
    it.host.run();
    CHECK_FALSE(it.facts().rewriting);
    CHECK_FALSE(it.facts().last_rewrite_ok);
    CHECK_FALSE(it.rewrites.due(grown(0, 0), true));
    it.host.time += 1000 + jump;
    CHECK(it.rewrites.due(grown(0, 0), true));
  }
}

TEST_CASE("a base of a rewrite that was given up says nothing about the one under way") {
  Rewriting it;
  it.begin();
  it.rewrites.ended(false, "the log gave it up");
  it.begin();  // the second one
  CHECK(it.facts().rewriting);
  CHECK(it.host.bases_waiting() == 2);
  it.host.fail_first_base("no room");
  it.host.run();
  CHECK(it.facts().rewriting);
  it.host.write_bases();
  it.host.run();
  CHECK_FALSE(it.facts().rewriting);
  CHECK(it.facts().last_rewrite_ok);
}

TEST_CASE("what the log left behind when it was switched off is removed") {
  Rewriting it;
  it.begin();
  it.rewrites.forget();
  CHECK_FALSE(it.facts().rewriting);
  it.host.write_bases();
  it.host.run();
  CHECK_FALSE(it.host.files.has("d/appendonlydir/appendonly.aof.1.base.rdb"));
}

TEST_CASE("without a log a rewrite ends as it begins") {
  Rewriting it;
  REQUIRE(it.rewrites.claim());
  it.rewrites.begin(nullptr);
  CHECK_FALSE(it.facts().rewriting);
  CHECK_FALSE(it.facts().last_rewrite_ok);
}
