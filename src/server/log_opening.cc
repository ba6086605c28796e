#include "server/log_opening.h"

#include <fmt/format.h>

#include <utility>

#include "commands/checked_out.h"
#include "persistence/log_loader.h"
#include "persistence/log_manifest.h"
#include "persistence/snapshot_loader.h"
#include "server/replay.h"
#include "server/snapshot_options.h"

namespace countd::server {

using storage::log::LogFile;

persistence::AppendLogTarget log_target(const config::Options& options) {
  return {storage::join_path(options.dir, options.appenddirname), options.appendfilename};
}

std::string LogOpening::open() {
  auto opened = persistence::open_log(host_.disk(), log_target(host_.options()));
  if (!opened) return opened.error().what;
  opened_ = std::move(*opened);
  for (const auto& name : opened_.removed) {
    host_.notice("Removed what a crash had left: " + name);
  }
  return {};
}

std::string LogOpening::renew_lock() {
  if (opened_.lock != nullptr && opened_.lock->in_place()) return {};
  auto renewed = persistence::lock_log(host_.disk(), log_target(host_.options()));
  if (!renewed) return renewed.error().what;
  opened_.lock = std::move(*renewed);
  return {};
}

std::uint64_t LogOpening::file_seed() {
  const auto& base = opened_.manifest.base;
  if (!base) return 0;
  const auto path = log_target(host_.options()).path(base->name);
  return persistence::snapshot_hash_seed(host_.disk(), path).value_or(0);
}

persistence::AppendLogStart LogOpening::stale() const {
  return {.manifest = opened_.manifest,
          .bytes = opened_.bytes,
          .unused_tail = {},
          .continues = false,
          .sync_failed = opened_.sync_failed};
}

std::string LogOpening::load(std::span<storage::Keyspace* const> keys,
                             const commands::CommandTable& table, std::uint64_t hash_seed) {
  const auto& options = host_.options();
  persistence::LogLoad load;
  load.target = log_target(options);
  load.manifest = opened_.manifest;
  load.shards = keys;
  load.shard_of = commands::key_shard;
  load.options.base = load_options(options, 0);
  load.options.load_truncated = options.aof_load_truncated;
  Replay replay(keys, table, options, hash_seed);
  const auto loaded = persistence::load_log(
      host_.disk(), load,
      [&](std::span<const std::string_view> words) { return replay.run(words); });
  if (!loaded) return loaded.error().what;
  for (const auto& warning : loaded->warnings) host_.warning(warning);
  if (replay.failures() > 0) {
    host_.warning(fmt::format("{} commands of the log answered an error, the first one {}",
                              replay.failures(), replay.first_failure()));
  }
  host_.notice(
      fmt::format("DB loaded from append only file: {} files, {} keys of the base, {} "
                  "commands, {:.3f} seconds",
                  loaded->files, loaded->base_keys, loaded->commands, loaded->seconds));
  beginning_.start = {.manifest = opened_.manifest,
                      .bytes = opened_.bytes,
                      .unused_tail = loaded->unused_tail,
                      .continues = true,
                      .sync_failed = opened_.sync_failed};
  beginning_.next_epoch = loaded->last_epoch + 1;
  return {};
}

// A crash before the manifest is published leaves a base that nothing names, and the snapshot.
std::string LogOpening::begin_with(std::span<storage::Keyspace* const> keys) {
  beginning_.start = {};
  beginning_.start.manifest = opened_.manifest;
  bool any = false;
  for (const auto* const each : keys) {
    for (int db = 0; db < each->databases(); ++db) any |= each->size(db) > 0;
  }
  if (!any) return {};
  const auto target = log_target(host_.options());
  const auto& options = host_.options();
  const LogFile base{storage::log::base_name(target.name, 1, base_form(options)), 1};
  const auto written = host_.write_base(base_target(options, base), keys);
  if (!written.ok) return "the log's first base could not be written: " + written.error;
  beginning_.start.manifest.base = base;
  beginning_.start.bytes = written.bytes;
  const auto publication =
      persistence::publish_manifest(host_.disk(), target, beginning_.start.manifest);
  if (publication.outcome != persistence::Publication::Outcome::kDone) {
    return "the log's manifest could not be written: " + publication.error;
  }
  return {};
}

}  // namespace countd::server
