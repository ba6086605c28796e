#include "tools/inspect/target.h"

#include <cerrno>
#include <utility>

namespace countd::inspect {
namespace {

using Found = boost::system::result<Target, TargetProblem>;

constexpr std::string_view kManifestEnd = ".manifest";
constexpr bool kUnreadable = true;

Found read_manifest(std::string path, std::string_view text) {
  const std::size_t slash = path.rfind('/');
  Target target;
  target.kind = Target::Kind::kLog;
  target.directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  target.manifest_name = path.substr(target.directory.size());
  auto manifest = storage::log::parse_manifest(text);
  if (!manifest) return TargetProblem{!kUnreadable, path + ": " + manifest.error().what};
  target.manifest = std::move(*manifest);
  target.path = std::move(path);
  return target;
}

Found find_in_directory(storage::Disk& disk, const std::string& directory) {
  const auto names = disk.list(directory);
  if (!names) return TargetProblem{kUnreadable, names.error().what};
  std::string found;
  for (const std::string& name : *names) {
    if (!name.ends_with(kManifestEnd) || name.starts_with("temp")) continue;
    if (!found.empty()) {
      return TargetProblem{!kUnreadable, directory + " has several manifests; name one of them"};
    }
    found = name;
  }
  if (found.empty()) return TargetProblem{!kUnreadable, directory + " has no manifest of a log"};
  const std::string path = storage::join_path(directory, found);
  const auto file = disk.read(path);
  if (!file) return TargetProblem{kUnreadable, file.error().what};
  return read_manifest(path, (*file)->bytes());
}

}  // namespace

bool is_snapshot(std::string_view path, std::string_view bytes) {
  return path.ends_with(".rdb") || bytes.starts_with("REDIS") || bytes.starts_with("VALKEY");
}

std::vector<Target::Part> Target::parts() const {
  if (kind == Kind::kSnapshot) return {{path, "snapshot"}};
  if (kind == Kind::kLogFile) return {{path, "log file"}};
  std::vector<Part> all;
  if (manifest.base) all.push_back({storage::join_path(directory, manifest.base->name), "base"});
  for (const auto& file : manifest.increments) {
    all.push_back({storage::join_path(directory, file.name), "increment"});
  }
  return all;
}

Found find_target(storage::Disk& disk, const std::string& path) {
  const auto file = disk.read(path);
  if (!file && file.error().code == EISDIR) return find_in_directory(disk, path);
  if (!file) return TargetProblem{kUnreadable, file.error().what};
  if (path.ends_with(kManifestEnd)) return read_manifest(path, (*file)->bytes());
  Target target;
  target.kind =
      is_snapshot(path, (*file)->bytes()) ? Target::Kind::kSnapshot : Target::Kind::kLogFile;
  target.path = path;
  return target;
}

}  // namespace countd::inspect
