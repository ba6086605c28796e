// A log as the journal writes it, of many kinds of values, in every way that one byte can be wrong
// and at every length that a file can be cut to: it is refused, or what comes back is what was
// there at some cut.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "commands/checked_out.h"
#include "journal/journal.h"
#include "persistence/append_log.h"
#include "persistence/log_directory.h"
#include "persistence/log_loader.h"
#include "server/replay.h"
#include "tests/persistence/crash_disk.h"
#include "tests/persistence/snapshot_fixture.h"
#include "tests/support/words.h"

using namespace countd;
using test::Contents;
using test::CrashDisk;

namespace {

const persistence::AppendLogTarget kTarget{"d/log", "aof"};
constexpr const char* kManifest = "aof.manifest";

/// What is done between two cuts; "base" begins a rewrite with the cut behind it.
const std::vector<std::vector<const char*>> kIntervals = {
    {"INCR a", "SET text hello", "PFADD visitors a b c", "CMS.INITBYDIM sketch 8 2"},
    {"INCRBY a 41", "SET b 2 PXAT 99999999999999", "CMS.INCRBY sketch x 3 y 4"},
    {"DEL text", "RENAME a c", "base"},
    {"INCR c", "PFADD visitors d e", "SELECT 1", "SET elsewhere 1", "SELECT 0"},
    {"CMS.INCRBY sketch x 1", "APPEND b x"},
    {"SWAPDB 0 1", "SET last \"\\r\\n\\xff\""},
};

/// What clients see, without how it is kept: a text that grew is kept otherwise once it is loaded.
Contents seen_in(const test::Shards& shards) {
  auto contents = shards.contents();
  for (auto& [key, seen] : contents) {
    for (const std::string kept : {"raw ", "embstr "}) {
      if (seen.value.starts_with(kept)) seen.value.erase(0, kept.size());
    }
  }
  return contents;
}

class Recording final : public journal::Reader {
 public:
  Recording()
      : log_(disk_, kTarget, {},
             {.durable = [](std::uint64_t) {},
              .failed = [](const std::string& error) { FAIL(error); },
              .recovered = [] {},
              .rewrite_ended = [](bool ok, const std::string&) { CHECK(ok); }}),
        replay_(source_.all(), table_, options_, 1) {
    disk_.put("d/x", "");
    REQUIRE(persistence::open_log(disk_, kTarget).has_value());
    log_.push(persistence::StartIncrement{});
    journal_.attach(*this);
    journal_.begin(source_.all(), 1);
    for (const auto& interval : kIntervals) play(interval);
    for (const auto& name : *disk_.list(kTarget.directory)) {
      if (name != persistence::kLogLockName) files[name] = disk_.contents(kTarget.path(name));
    }
  }

  void take(const journal::FramePointer& frame) override { log_.push(frame); }
  [[nodiscard]] bool ready() const override { return true; }

  std::map<std::string, std::string> files;
  std::vector<Contents> states;  // at each cut from the base on

 private:
  void play(const std::vector<const char*>& commands) {
    bool rewrites = false;
    for (const std::string line : commands) {
      if (line == "base") {
        rewrites = true;
        continue;
      }
      const auto words = test::split_words(line);
      const std::vector<std::string_view> views(words.begin(), words.end());
      CHECK(replay_.run(views) == "");
      for (auto* const each : source_.all()) journal_.note(*each);
    }
    if (rewrites) {
      const auto base = log_.claim_base();
      const auto epoch = journal_.epoch();
      journal_.cut(source_.all(), 1000,
                   [&] { log_.push(persistence::StartIncrement{base, epoch}); });
      persistence::SnapshotTarget target;
      target.directory = kTarget.directory;
      target.file_name = base.name;
      CHECK(test::save(source_, disk_, target).ok);
      log_.push(persistence::PublishBase{base});
    } else {
      journal_.cut(source_.all(), 1000, nullptr);
    }
    while (log_.step()) {
    }
    if (rewrites) states.clear();
    states.push_back(seen_in(source_));
  }

  CrashDisk disk_{1};
  test::Shards source_{2};
  journal::Journal journal_{2};
  persistence::AppendLog log_;
  commands::CommandTable table_;
  config::Options options_;
  server::Replay replay_;
};

struct Outcome {
  std::string error;
  Contents contents;
};

Outcome load(const std::map<std::string, std::string>& files) {
  CrashDisk disk{1};
  for (const auto& [name, bytes] : files) disk.put(kTarget.path(name), bytes);
  const test::Shards shards{3};
  const auto opened = persistence::open_log(disk, kTarget);
  if (!opened) return {opened.error().what, {}};
  if (opened->empty()) return {"", {}};
  persistence::LogLoad load;
  load.target = kTarget;
  load.manifest = opened->manifest;
  load.shards = shards.all();
  load.shard_of = commands::key_shard;
  const commands::CommandTable table;
  const config::Options options;
  server::Replay replay(shards.all(), table, options, 1);
  const auto loaded =
      persistence::load_log(disk, load, [&](auto words) { return replay.run(words); });
  if (!loaded) return {loaded.error().what, {}};
  return {"", seen_in(shards)};
}

/// How many of `states` there are before the one that came back; npos: it is none of them.
std::size_t position(const std::vector<Contents>& states, const Contents& found) {
  const auto at = std::find(states.begin(), states.end(), found);
  return at == states.end() ? std::string::npos : static_cast<std::size_t>(at - states.begin());
}

}  // namespace

TEST_CASE("a log that nothing has happened to comes back whole") {
  const Recording log;
  REQUIRE(log.files.size() == 3);
  REQUIRE(log.states.size() == 4);
  const auto whole = load(log.files);
  CHECK(whole.error == "");
  CHECK(whole.contents == log.states.back());
}

TEST_CASE("no wrong byte in any of its files brings a state that never was") {
  const Recording log;
  for (const auto& [name, bytes] : log.files) {
    std::size_t refused = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (const char mask : {'\x01', '\x20', '\xff'}) {
        CAPTURE(name);
        CAPTURE(i);
        CAPTURE(static_cast<int>(mask));
        auto damaged = log.files;
        damaged[name][i] = static_cast<char>(damaged[name][i] ^ mask);
        const auto outcome = load(damaged);
        if (!outcome.error.empty()) {
          ++refused;
          CHECK(outcome.error.find(name.substr(0, 5)) != std::string::npos);
          continue;
        }
        // The end of the last increment may be taken for one that a crash tore. A manifest whose
        // checksum is no longer called so is one without, as Redis writes it, and says the same.
        const auto at = position(log.states, outcome.contents);
        CHECK((name.ends_with(".incr.aof") || name == kManifest));
        CHECK((name == kManifest ? at + 1 == log.states.size() : at + 1 < log.states.size()));
      }
    }
    CHECK(refused > bytes.size());
  }
}

TEST_CASE("no file cut short brings a state that never was") {
  const Recording log;
  for (const auto& [name, bytes] : log.files) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(name);
      CAPTURE(size);
      auto damaged = log.files;
      damaged[name].resize(size);
      const auto outcome = load(damaged);
      if (!outcome.error.empty()) continue;
      const auto at = position(log.states, outcome.contents);
      CHECK((name.ends_with(".incr.aof") || name == kManifest));
      CHECK(at < log.states.size() - (name == kManifest ? 0 : 1));
    }
  }
}

TEST_CASE("no file that is missing goes unnoticed") {
  const Recording log;
  for (const auto& [name, bytes] : log.files) {
    CAPTURE(name);
    auto damaged = log.files;
    damaged.erase(name);
    CHECK(load(damaged).error.find("is missing") != std::string::npos);
  }
}
