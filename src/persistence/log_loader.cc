#include "persistence/log_loader.h"

#include <algorithm>
#include <chrono>

namespace countd::persistence {

using storage::log::LogEnd;
using storage::log::LogFile;
using storage::log::TakeCommand;

namespace {

constexpr std::string_view kSnapshotMagics[] = {"REDIS", "VALKEY"};

bool is_snapshot(std::string_view bytes) {
  return std::any_of(std::begin(kSnapshotMagics), std::end(kSnapshotMagics),
                     [&](std::string_view magic) { return bytes.starts_with(magic); });
}

/// The first letters of a snapshot, or not even these.
bool begins_snapshot(std::string_view bytes) {
  return std::any_of(std::begin(kSnapshotMagics), std::end(kSnapshotMagics),
                     [&](std::string_view magic) { return magic.starts_with(bytes); });
}

class Loading {
 public:
  using Problem = std::optional<LogProblem>;

  Loading(storage::Disk& disk, const LogLoad& load, const TakeCommand& apply)
      : disk_(disk), load_(load), apply_(apply) {}

  Problem run() {
    const auto& increments = load_.manifest.increments;
    if (load_.manifest.base) {
      if (auto problem = load_base(*load_.manifest.base, increments.empty())) return problem;
    }
    for (const LogFile& file : increments) {
      if (auto problem = load_commands(file, &file == &increments.back())) return problem;
    }
    return {};
  }

  LoadedLog loaded;

 private:
  Problem load_base(const LogFile& file, bool last) {
    if (storage::log::is_command_base(file.name)) return load_command_base(file);
    {
      const auto bytes = disk_.read(load_.target.path(file.name));
      if (!bytes) return LogProblem{bytes.error().what + "."};
      if (!is_snapshot((*bytes)->bytes())) {
        // One that was emptied would pass for a base of no commands.
        if (file.name.ends_with(".rdb") && begins_snapshot((*bytes)->bytes())) {
          return base_problem(file, load_.target.path(file.name) + ": no snapshot");
        }
        return load_commands(file, last);
      }
    }
    LoadOptions options = load_.options.base;
    options.now = 0;
    const auto stats =
        load_snapshot(disk_, load_.target.path(file.name), load_.shards, load_.shard_of, options);
    if (!stats) return base_problem(file, stats.error().what);
    ++loaded.files;
    loaded.base_keys = stats->keys;
    loaded.bytes += stats->bytes;
    for (const auto& [type, count] : stats->unsupported) {
      loaded.warnings.push_back(file.name + ": " + std::to_string(count) + " values of type " +
                                type + " were left out");
    }
    return {};
  }

  /// It was durable before the manifest named it, so that an end that is torn is damage.
  Problem load_command_base(const LogFile& file) {
    const std::string path = load_.target.path(file.name);
    const auto opened = disk_.read(path);
    if (!opened) return LogProblem{opened.error().what + "."};
    const LogEnd end = read((*opened)->bytes(), {.command_base = true});
    if (end.kind == LogEnd::Kind::kWhole) return {};
    if (end.kind == LogEnd::Kind::kRefused) return refused(path, end);
    return base_problem(file, path + ": " + end.what);
  }

  static Problem base_problem(const LogFile& file, const std::string& error) {
    if (file.name.ends_with(".rdb") || storage::log::is_command_base(file.name)) {
      return LogProblem{error + ". This is the base of the append log: restore it from a backup."};
    }
    return LogProblem{error +
                      ". A base that is a snapshot with commands behind it is not loaded: "
                      "let Redis 7 start from it and run BGREWRITEAOF, then start from "
                      "what it wrote."};
  }

  Problem load_commands(const LogFile& file, bool last) {
    const std::string path = load_.target.path(file.name);
    const auto opened = disk_.read(path);
    if (!opened) return LogProblem{opened.error().what + "."};
    const std::string_view bytes = (*opened)->bytes();
    const LogEnd end = read(bytes, {});
    switch (end.kind) {
      case LogEnd::Kind::kWhole:
        if (last && end.room > 0)
          loaded.unused_tail = UnusedTail{file.name, bytes.size() - end.room};
        return {};
      case LogEnd::Kind::kUntil:
        return {};
      case LogEnd::Kind::kTorn:
        return torn(file, end, last, bytes.size());
      case LogEnd::Kind::kDamaged:
        return damaged(path, end);
      case LogEnd::Kind::kRefused:
        return refused(path, end);
    }
    return {};
  }

  LogEnd read(std::string_view bytes, const storage::log::ReadOptions& options) {
    const LogEnd end = storage::log::read_log(bytes, options, apply_);
    ++loaded.files;
    loaded.frames += end.frames;
    loaded.commands += end.commands;
    loaded.bytes += bytes.size();
    loaded.last_epoch = std::max(loaded.last_epoch, end.last_epoch);
    return end;
  }

  static Problem refused(const std::string& path, const LogEnd& end) {
    return LogProblem{path + ": " + end.what +
                      ". countd cannot run this command: look at it with countd-check, or "
                      "let the server that wrote the log take it out."};
  }

  Problem torn(const LogFile& file, const LogEnd& end, bool last, std::uint64_t size) {
    const std::string path = load_.target.path(file.name);
    if (!last) return damaged(path, end);
    const std::uint64_t dropped = size - end.good_bytes;
    const std::string bytes = std::to_string(dropped);
    if (!load_.options.load_truncated) {
      return LogProblem{path + ": " + end.what + ". Its last " + bytes +
                        " bytes are what a crash left of a frame: 'countd-check --repair' cuts "
                        "them off, and 'aof-load-truncated yes' starts without them."};
    }
    loaded.dropped_bytes = dropped;
    loaded.unused_tail = UnusedTail{file.name, end.good_bytes};
    loaded.warnings.push_back(path + ": " + end.what + "; its last " + bytes +
                              " bytes, which a crash kept from becoming durable, are left out");
    return {};
  }

  static Problem damaged(const std::string& path, const LogEnd& end) {
    return LogProblem{
        path + ": " + end.what +
        ". What follows cannot be trusted, so nothing was loaded: restore the file "
        "from a backup, or have 'countd-check --repair --output DIRECTORY' write what "
        "is good up to there to a new directory, and put that in this one's place. "
        "(Without syncs, as with 'appendfsync no', a loss of power can leave this.)"};
  }

  storage::Disk& disk_;
  const LogLoad& load_;
  const TakeCommand& apply_;
};

}  // namespace

boost::system::result<LoadedLog, LogProblem> load_log(storage::Disk& disk, const LogLoad& load,
                                                      const TakeCommand& apply) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point began = Clock::now();
  Loading loading{disk, load, apply};
  if (auto problem = loading.run()) return std::move(*problem);
  loading.loaded.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return std::move(loading.loaded);
}

}  // namespace countd::persistence
