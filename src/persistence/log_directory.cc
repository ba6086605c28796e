#include "persistence/log_directory.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

#include "persistence/snapshot_names.h"
#include "persistence/sync_mark.h"

namespace countd::persistence {

using storage::log::LogFile;
using storage::log::Manifest;
using Names = std::vector<std::string>;

namespace {

/// A name that the log gave: its kind, and its number.
struct GivenName {
  bool is_base = false;
  std::uint64_t sequence = 0;
};

std::optional<std::uint64_t> number_between(std::string_view text, std::string_view front,
                                            std::string_view back) {
  if (!text.starts_with(front) || !text.ends_with(back)) return {};
  if (text.size() <= front.size() + back.size()) return {};
  text.remove_prefix(front.size());
  text.remove_suffix(back.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::optional<GivenName> parse_name(std::string_view name, const std::string& log_name) {
  const std::string front = log_name + ".";
  for (const std::string_view back : {".base.rdb", ".base.resp", ".base.aof"}) {
    if (const auto number = number_between(name, front, back)) return GivenName{true, *number};
  }
  if (const auto number = number_between(name, front, ".incr.aof")) {
    return GivenName{false, *number};
  }
  return {};
}

bool contains(const Names& names, std::string_view name) {
  return std::binary_search(names.begin(), names.end(), name);
}

LogProblem unusable_log(const AppendLogTarget& target, const storage::DiskError& error) {
  return LogProblem{error.what + ". The append log in " + target.directory +
                    " cannot be used before this is put right."};
}

class Opening {
 public:
  Opening(storage::Disk& disk, const AppendLogTarget& target) : disk_(disk), target_(target) {}

  boost::system::result<OpenedLog, LogProblem> run() {
    for (const auto step : {&Opening::enter, &Opening::find_manifest, &Opening::find_files,
                            &Opening::remove_leftovers}) {
      if (auto problem = (this->*step)()) return std::move(*problem);
    }
    return std::move(opened_);
  }

 private:
  using Problem = std::optional<LogProblem>;

  Problem enter() {
    auto lock = lock_log(disk_, target_);
    if (!lock) return lock.error();
    opened_.lock = std::move(*lock);
    const auto names = disk_.list(target_.directory);
    if (!names) return unusable(names.error());
    names_ = *names;
    return {};
  }

  Problem find_manifest() {
    if (!contains(names_, storage::log::manifest_name(target_.name))) return first_manifest();
    const auto file = disk_.read(target_.manifest_path());
    if (!file) return unusable(file.error());
    if ((*file)->bytes() == Manifest{}.text()) return {};  // the first one
    const auto parsed = storage::log::parse_manifest((*file)->bytes());
    if (!parsed) {
      return LogProblem{target_.manifest_path() + ": " + parsed.error().what +
                        ". It says which files make up the log: restore it from a backup, or "
                        "move the directory away to start without its counts."};
    }
    opened_.manifest = *parsed;
    return {};
  }

  Problem first_manifest() {
    for (const std::string& name : names_) {
      if (!parse_name(name, target_.name)) continue;
      return LogProblem{target_.manifest_path() + " is missing, but " + name +
                        " is there. Restore the manifest from a backup, or move the directory "
                        "away to start without its counts."};
    }
    const Publication published = publish_manifest(disk_, target_, Manifest{});
    if (published.outcome != Publication::Outcome::kDone) return unusable({0, published.error});
    return {};
  }

  Problem find_files() {
    Names needed;
    if (opened_.manifest.base) needed.push_back(opened_.manifest.base->name);
    for (const LogFile& file : opened_.manifest.increments) needed.push_back(file.name);
    for (const std::string& name : needed) {
      if (!contains(names_, name)) {
        return LogProblem{target_.path(name) +
                          " is missing, though the manifest names it. Restore it from a backup, "
                          "or move the directory away to start without its counts."};
      }
      const auto file = disk_.read(target_.path(name));
      if (!file) return unusable(file.error());
      opened_.bytes += (*file)->bytes().size();
    }
    return {};
  }

  Problem remove_leftovers() {
    opened_.sync_failed = contains(names_, kSyncMarkName) && !opened_.empty();
    for (const std::string& name : names_) {
      if (!is_leftover(name)) continue;
      const auto removed = disk_.remove(target_.path(name));
      if (!removed && removed.error().code != ENOENT) return unusable(removed.error());
      opened_.removed.push_back(name);
    }
    if (opened_.removed.empty()) return {};
    const auto synced = disk_.sync_directory(target_.directory);
    if (!synced) return unusable(synced.error());
    return {};
  }

  [[nodiscard]] bool is_leftover(std::string_view name) const {
    if (name == temporary_manifest_name(target_.name) || temporary_snapshot_process(name))
      return true;
    if (name == kSyncMarkName) return opened_.empty();
    const auto given = parse_name(name, target_.name);
    if (!given || is_named(name)) return false;
    const Manifest& manifest = opened_.manifest;
    return given->sequence >
           (given->is_base ? manifest.last_base_sequence() : manifest.last_increment_sequence());
  }

  [[nodiscard]] bool is_named(std::string_view name) const {
    const auto has_name = [&](const LogFile& file) { return file.name == name; };
    const Manifest& manifest = opened_.manifest;
    return (manifest.base && has_name(*manifest.base)) ||
           std::any_of(manifest.increments.begin(), manifest.increments.end(), has_name) ||
           std::any_of(manifest.history.begin(), manifest.history.end(), has_name);
  }

  [[nodiscard]] LogProblem unusable(const storage::DiskError& error) const {
    return unusable_log(target_, error);
  }

  storage::Disk& disk_;
  const AppendLogTarget& target_;
  OpenedLog opened_;
  Names names_;  // in the directory, sorted
};

}  // namespace

boost::system::result<std::unique_ptr<storage::FileLock>, LogProblem> lock_log(
    storage::Disk& disk, const AppendLogTarget& target) {
  if (const auto made = make_log_directory(disk, target); !made) {
    return LogProblem{made.error().what +
                      ". The append log needs this directory: make it, or change 'dir' or "
                      "'appenddirname'."};
  }
  auto lock = disk.lock(target.path(kLogLockName));
  if (lock) return std::move(*lock);
  if (lock.error().code != EWOULDBLOCK) return unusable_log(target, lock.error());
  return LogProblem{"Another server uses the append log in " + target.directory +
                    ". Stop it, or give this one its own 'dir' or 'appenddirname'."};
}

boost::system::result<OpenedLog, LogProblem> open_log(storage::Disk& disk,
                                                      const AppendLogTarget& target) {
  return Opening{disk, target}.run();
}

}  // namespace countd::persistence
