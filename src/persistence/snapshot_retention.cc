#include "persistence/snapshot_retention.h"

#include <cerrno>
#include <charconv>
#include <limits>

#include "persistence/snapshot_names.h"
#include "storage/rdb/file_layout.h"

namespace countd::persistence {

using storage::DiskResult;
using storage::DiskStatus;

namespace {

// Beyond the year 9999 the name would not sort.
constexpr std::int64_t kLastSecond = 253'402'300'799;

/// When the snapshot was made, as it says itself; -1 if it does not.
std::int64_t made_seconds(std::string_view bytes) {
  const auto layout = storage::rdb::read_layout(bytes, std::numeric_limits<int>::max());
  if (!layout) return -1;
  const auto text = layout->notes.field("ctime");
  std::int64_t seconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && seconds <= kLastSecond ? seconds : -1;
}

}  // namespace

DiskResult<std::string> SnapshotRetention::kept_name() {
  const auto path = storage::join_path(directory_, file_name_);
  const auto file = disk_.read(path);
  if (!file) return file.error();
  const auto seconds = made_seconds((*file)->bytes());
  if (seconds < 0) {
    return storage::DiskError{EINVAL, path + " does not say when it was made"};
  }
  return kept_snapshot_name(file_name_, seconds);
}

DiskStatus SnapshotRetention::keep_former() {
  const auto name = kept_name();
  if (!name && name.error().code == ENOENT) return {};  // the first one
  if (!name) return name.error();
  const auto linked =
      disk_.link(storage::join_path(directory_, file_name_), storage::join_path(directory_, *name));
  // It has the name already where the snapshot after it failed, or was made in the same second.
  if (!linked && linked.error().code != EEXIST) return linked;
  return disk_.sync_directory(directory_);
}

DiskResult<std::vector<std::unique_ptr<storage::Remains>>> SnapshotRetention::remove_oldest(
    std::size_t keep) {
  auto names = disk_.list(directory_);
  if (!names) return names.error();
  std::erase_if(*names, [this](const auto& name) { return !is_kept_snapshot(name, file_name_); });
  std::vector<std::unique_ptr<storage::Remains>> remains;
  if (names->size() <= keep) return remains;
  for (std::size_t i = 0; i < names->size() - keep; ++i) {
    auto removed = disk_.unlink(storage::join_path(directory_, (*names)[i]));
    if (!removed && removed.error().code != ENOENT) return removed.error();
    if (removed) remains.push_back(std::move(*removed));
  }
  if (const auto status = disk_.sync_directory(directory_); !status) return status.error();
  return remains;
}

std::vector<std::string> sweep_temporary_snapshots(
    storage::Disk& disk, const std::string& directory,
    const std::function<bool(std::int64_t process)>& runs) {
  std::vector<std::string> swept;
  const auto names = disk.list(directory);
  if (!names) return swept;
  for (const auto& name : *names) {
    const auto process = temporary_snapshot_process(name);
    if (!process || runs(*process)) continue;
    if (disk.remove(storage::join_path(directory, name))) swept.push_back(name);
  }
  return swept;
}

}  // namespace countd::persistence
