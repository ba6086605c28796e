#include "persistence/log_manifest.h"

namespace countd::persistence {

using storage::DiskStatus;

namespace {

DiskStatus write_whole(storage::Disk& disk, const std::string& path, std::string_view text) {
  const auto file = disk.create(path);
  if (!file) return file.error();
  if (const auto status = (*file)->write(text); !status) return status;
  return (*file)->sync();
}

std::string parent_of(const std::string& directory) {
  const std::size_t end = directory.find_last_not_of('/');
  const std::size_t slash = directory.rfind('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : directory.substr(0, slash);
}

}  // namespace

DiskStatus make_log_directory(storage::Disk& disk, const AppendLogTarget& target) {
  if (const auto status = disk.create_directory(target.directory); !status) return status;
  return disk.sync_directory(parent_of(target.directory));
}

std::string temporary_manifest_name(std::string_view log_name) {
  return "temp-" + storage::log::manifest_name(log_name);
}

Publication publish_manifest(storage::Disk& disk, const AppendLogTarget& target,
                             const storage::log::Manifest& manifest) {
  using enum Publication::Outcome;
  const std::string temporary = target.path(temporary_manifest_name(target.name));
  if (const auto status = write_whole(disk, temporary, manifest.text()); !status) {
    static_cast<void>(disk.remove(temporary));
    return {kNotDone, status.error().what};
  }
  // A rename that reports an error may have happened all the same.
  if (const auto status = disk.rename(temporary, target.manifest_path()); !status) {
    return {kUnknown, status.error().what};
  }
  if (const auto status = disk.sync_directory(target.directory); !status) {
    return {kUnknown, status.error().what};
  }
  return {};
}

}  // namespace countd::persistence
