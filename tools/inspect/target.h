// What a path given to a tool stands for: a snapshot, one file of a log, or a whole log.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/manifest.h"

namespace countd::inspect {

struct Target {
  enum class Kind : std::uint8_t { kSnapshot, kLogFile, kLog };
  struct Part {
    std::string path;
    std::string role;  // "snapshot", "log file", "base", "increment"
  };

  Kind kind = Kind::kSnapshot;
  std::string path;                 // of the snapshot, the log file or the manifest
  std::string directory;            // the log's
  std::string manifest_name;        // kLog only
  storage::log::Manifest manifest;  // kLog only

  /// The files that are loaded, in their order.
  [[nodiscard]] std::vector<Part> parts() const;
};

/// Why a path stands for nothing. `unreadable`: the disk refused; else what is there is wrong.
struct TargetProblem {
  TargetProblem() = default;
  TargetProblem(bool of_the_disk, std::string text)
      : unreadable(of_the_disk), what(std::move(text)) {}

  bool unreadable = false;
  std::string what;
};

/// A manifest is known by its name, a directory by its one manifest, a snapshot by how it begins.
boost::system::result<Target, TargetProblem> find_target(storage::Disk& disk,
                                                         const std::string& path);

/// Whether a file is to be read as an RDB file: it begins as one, or its name says so, which keeps
/// an emptied or damaged one from being taken for an empty log.
bool is_snapshot(std::string_view path, std::string_view bytes);

}  // namespace countd::inspect
