// Puts a manifest in the place of the one before, in one step.
//
// Whoever starts after a crash finds the old manifest or the new one, whole. Everything that the
// new one names must be durable before, its name in the directory included.
#pragma once

#include <cstdint>
#include <string>

#include "storage/disk/disk.h"
#include "storage/log/manifest.h"

namespace countd::persistence {

/// Where a log lives.
struct AppendLogTarget {
  std::string directory = "appendonlydir";  // its path
  std::string name = "appendonly.aof";

  [[nodiscard]] std::string path(std::string_view file) const {
    return storage::join_path(directory, file);
  }
  [[nodiscard]] std::string manifest_path() const {
    return path(storage::log::manifest_name(name));
  }
};

/// The name under which a manifest is written before it is renamed.
std::string temporary_manifest_name(std::string_view log_name);

struct Publication {
  enum class Outcome : std::uint8_t {
    kDone,     // the new one is in place, durably
    kNotDone,  // the old one is
    kUnknown,  // either may be there after a crash: all files of both are needed
  };
  Outcome outcome = Outcome::kDone;
  std::string error;  // why not
};

Publication publish_manifest(storage::Disk& disk, const AppendLogTarget& target,
                             const storage::log::Manifest& manifest);

}  // namespace countd::persistence
