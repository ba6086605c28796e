#include "tests/simulation/run.h"

#include "persistence/sync_mark.h"
#include "tests/simulation/life.h"

namespace countd::test {
namespace {

void configure(Machine& machine) {
  using config::AppendFsync;
  auto& random = machine.random;
  auto& options = machine.options;
  options.dir = "data";
  options.databases = kDatabases;
  options.slowlog_log_slower_than = -1;
  options.appendonly = random.below(5) != 0;
  constexpr AppendFsync kMostly[] = {AppendFsync::kAlways, AppendFsync::kAlways,
                                     AppendFsync::kEverySecond, AppendFsync::kEverySecond,
                                     AppendFsync::kNo};
  options.appendfsync = kMostly[random.below(machine.plan.synced ? 4 : 5)];
  options.no_appendfsync_on_rewrite = !machine.plan.synced && random.below(3) == 0;
  options.aof_timestamp_enabled = random.below(3) == 0;
  constexpr std::uint64_t kRooms[] = {0, 100, 700, 10'000};
  options.aof_use_rdb_preamble = random.below(3) != 0;
  options.append_log_room = kRooms[random.below(4)];
  options.auto_aof_rewrite_min_size = 1000 + random.below(4000);
  options.auto_aof_rewrite_percentage = random.below(2) == 0 ? 0 : 100;
  options.cms_default_error = 0.2;
  options.cms_default_probability = 0.2;
  machine.disk.longest_write = machine.plan.longest_write;
  machine.disk.put("data/countd.conf", "");
}

void plant(Machine& machine) {
  if (machine.plan.planted == Planted::kLyingSyncs) machine.disk.syncs_lie = true;
  if (machine.plan.planted == Planted::kLyingDirectorySyncs) {
    machine.disk.directory_syncs_lie = true;
  }
  if (machine.plan.planted == Planted::kUnsyncedBase) {
    machine.disk.sync_lies_for = [](const std::string& path) {
      return path.find("appendonlydir/temp-") != std::string::npos && path.ends_with(".rdb");
    };
  }
}

/// A life, and its end: the power goes at some operation or between two, or only the process ends,
/// or the server ends in order.
void play_life(Machine& machine) {
  auto& random = machine.random;
  const auto end = random.below(8);
  if (end < 4) machine.disk.crash_at(machine.disk.operations() + 1 + random.below(400));
  Life life(machine);
  if (life.begin()) {
    life.live(30 + random.below(700));
    if (end == 7 && !machine.disk.down()) life.close();
    life.judge_histories();
  }
  machine.disk.crash_at(0);
  life.keep_options();
  // A new process believes the cache, which may hold what the disk does not, unless it is told. A
  // full disk may have taken no mark that tells it: of that nothing is promised.
  const auto mark = server::log_target(machine.options).path(persistence::kSyncMarkName);
  const bool unmarked = machine.cache_lies && !machine.disk.has(mark);
  if (machine.disk.down() || end < 6 || unmarked) {
    ++machine.tally.power_losses;
    machine.cache_lies = false;
    machine.promises.power_lost(true);
    if (!machine.disk.down()) machine.disk.crash();
    machine.disk.power_on();
  } else {
    machine.disk.end_process();
    if (machine.plan.planted == Planted::kLostSyncMarks) {
      static_cast<void>(machine.disk.remove(mark));
    }
    machine.promises.power_lost(false);
  }
  // A clock may have been set while the server was down.
  const auto away = static_cast<storage::Millis>(random.below(4000));
  machine.now += random.below(8) == 0 ? -away : away;
  machine.latest = std::max(machine.latest, machine.now);
}

std::string fingerprint_of(const Machine& machine) {
  const auto& tally = machine.tally;
  return std::to_string(tally.requests) + " " + std::to_string(tally.cuts) + " " +
         std::to_string(tally.withheld) + " " + std::to_string(tally.nested_turns) + " " +
         std::to_string(machine.disk.operations()) + " " + std::to_string(machine.now);
}

}  // namespace

Outcome run(const Plan& plan) {
  Machine machine(plan);
  configure(machine);
  plant(machine);
  for (int i = 0; i < plan.lives && machine.problem.empty(); ++i) play_life(machine);
  // The last one only looks.
  if (machine.problem.empty()) Life(machine).begin();
  return {machine.problem, machine.tally, fingerprint_of(machine)};
}

}  // namespace countd::test
